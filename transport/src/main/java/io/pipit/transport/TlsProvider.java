package io.pipit.transport;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;

/** Whose TLS a listener speaks. */
public enum TlsProvider {
    /** BoringSSL, by netty-tcnative: half the processor time, where its library is. */
    OPENSSL,
    /** The JDK's own, everywhere. */
    JDK;

    /** The best one of this machine. */
    public static TlsProvider best() {
        return OPENSSL.isAvailable() ? OPENSSL : JDK;
    }

    /** Whether it can be used on this machine. */
    public boolean isAvailable() {
        return this == JDK || OpenSsl.isAvailable();
    }

    /** The cipher suites that it can be asked for, by their names in the registry of IANA. */
    public Set<String> ciphers() {
        return switch (this) {
            case OPENSSL -> new TreeSet<>(OpenSsl.availableJavaCipherSuites());
            case JDK -> {
                try {
                    yield new TreeSet<>(Set.of(
                            SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites()));
                } catch (NoSuchAlgorithmException impossible) {
                    throw new IllegalStateException("every Java has TLS", impossible);
                }
            }
        };
    }

    SslProvider ofNetty() {
        return switch (this) {
            case OPENSSL -> SslProvider.OPENSSL_REFCNT;
            case JDK -> SslProvider.JDK;
        };
    }
}
