package io.pipit.server;

import io.pipit.transport.ClientCertificates;
import io.pipit.transport.ListenerSettings;
import io.pipit.transport.TlsSettings;

/**
 * A listener as the configuration asks for it.
 *
 * @param portKey the key that moves it to another port
 * @param bindKey the key that moves it to another address
 */
public record ConfiguredListener(Protocol protocol, String portKey, String bindKey, ListenerSettings settings) {
    /** Whether only clients of this machine reach it. */
    boolean isLocal() {
        return settings.address().getAddress().isLoopbackAddress();
    }

    /** Whether everybody who connects has a certificate that is trusted. */
    boolean requiresCertificate() {
        TlsSettings tls = settings.tls();
        return tls != null && tls.clientCertificates() == ClientCertificates.REQUIRED;
    }
}
