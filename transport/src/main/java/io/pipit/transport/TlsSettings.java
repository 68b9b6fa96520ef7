package io.pipit.transport;

import io.pipit.tls.TlsVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a listener speaks TLS.
 *
 * @param keys at least one; a client that names a host gets the first certificate that is for it, others the first
 * @param authorities who issues the certificates of clients; null when they are not asked for any
 * @param revocations which of these are no longer valid; none when nobody is asked
 * @param versions at least one
 * @param ciphers those of TLS 1.2 in the order of preference, and of 1.3 where the provider lets choose; none leaves it
 *     to the provider
 * @param handshakeTimeout for the whole handshake; 0 for no limit
 * @param mostHandshakes that may be under way at once, 0 for no limit; a connection beyond is closed
 */
public record TlsSettings(
        List<KeyFiles> keys,
        @Nullable Path authorities,
        List<Path> revocations,
        ClientCertificates clientCertificates,
        UserNameFrom userNameFrom,
        List<TlsVersion> versions,
        List<String> ciphers,
        TlsProvider provider,
        Duration handshakeTimeout,
        int mostHandshakes) {
    /** The two files of a key. */
    public record KeyFiles(Path certificate, Path key) {}

    /** All files that it names. */
    List<Path> files() {
        List<Path> files = new ArrayList<>(revocations);
        for (KeyFiles each : keys) {
            files.add(each.certificate());
            files.add(each.key());
        }
        Path issuers = authorities();
        if (issuers != null) {
            files.add(issuers);
        }
        return files;
    }

    public TlsSettings {
        keys = List.copyOf(keys);
        revocations = List.copyOf(revocations);
        versions = List.copyOf(versions);
        ciphers = List.copyOf(ciphers);
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("TLS needs a certificate and its key");
        }
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("TLS needs a version");
        }
        if (authorities == null && clientCertificates != ClientCertificates.OFF) {
            throw new IllegalArgumentException("certificates of clients need authorities that issue them");
        }
        if (authorities == null && !revocations.isEmpty()) {
            throw new IllegalArgumentException("revocation lists need authorities");
        }
        if (clientCertificates == ClientCertificates.OFF && userNameFrom != UserNameFrom.NONE) {
            throw new IllegalArgumentException("a user name from the certificate needs certificates of clients");
        }
    }
}
