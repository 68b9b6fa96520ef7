package io.pipit.broker.spi;

import io.pipit.mqtt.ClientIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is, once its CONNECT was accepted.
 *
 * @param userName null of an anonymous client
 */
public record Identity(
        ClientIdentifier clientIdentifier, @Nullable String userName, Peer peer) {}
