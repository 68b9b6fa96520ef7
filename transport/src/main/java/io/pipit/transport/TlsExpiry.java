package io.pipit.transport;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Until when the files of a listener serve.
 *
 * @param certificates the first of the listener's own certificates to expire
 * @param authorities the first of those that issue the certificates of clients; null without
 * @param revocations when the first revocation list is out of date; null without
 */
public record TlsExpiry(
        Instant certificates,
        @Nullable Instant authorities,
        @Nullable Instant revocations) {}
