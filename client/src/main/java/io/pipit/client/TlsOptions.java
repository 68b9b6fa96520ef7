package io.pipit.client;

import io.pipit.tls.TlsVersion;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a client speaks TLS with a server at {@code mqtts://} or {@code wss://}; {@link #DEFAULT} is right where the server's
 * certificate is of an authority that Java knows. The files are in PEM form, and are read at each connection.
 *
 * @param authorities whose certificates are trusted; null for those that Java knows
 * @param certificate of this client, for a server that asks for one; null for none
 * @param key of the certificate, without a password; null for none
 * @param verifyHostName whether the server's certificate has to name the host that is connected to
 * @param versions at least one
 * @param ciphers names of cipher suites; none leaves it to Java
 * @param applicationProtocols for ALPN; none asks for none
 */
public record TlsOptions(
        @Nullable Path authorities,
        @Nullable Path certificate,
        @Nullable Path key,
        boolean verifyHostName,
        List<TlsVersion> versions,
        List<String> ciphers,
        List<String> applicationProtocols) {
    /** Authorities that Java knows, no certificate of one's own, every version. */
    public static final TlsOptions DEFAULT =
            new TlsOptions(null, null, null, true, List.of(TlsVersion.values()), List.of(), List.of());

    public TlsOptions {
        versions = List.copyOf(versions);
        ciphers = List.copyOf(ciphers);
        applicationProtocols = List.copyOf(applicationProtocols);
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("TLS needs a version");
        }
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("a certificate needs its key, and a key its certificate");
        }
    }

    /** Trusts servers whose certificates these authorities have issued, and no others. */
    public TlsOptions withAuthorities(Path file) {
        return new TlsOptions(file, certificate, key, verifyHostName, versions, ciphers, applicationProtocols);
    }

    /** Shows this certificate to a server that asks for one. */
    public TlsOptions withCertificate(Path file, Path keyFile) {
        return new TlsOptions(authorities, file, keyFile, verifyHostName, versions, ciphers, applicationProtocols);
    }

    /** Takes a server's certificate whatever host it names: anybody who has one of the same authority can be the server. */
    public TlsOptions withoutHostName() {
        return new TlsOptions(authorities, certificate, key, false, versions, ciphers, applicationProtocols);
    }

    /** Speaks these versions only. */
    public TlsOptions withVersions(TlsVersion... only) {
        return new TlsOptions(
                authorities, certificate, key, verifyHostName, List.of(only), ciphers, applicationProtocols);
    }

    /** Speaks these cipher suites only. */
    public TlsOptions withCiphers(String... only) {
        return new TlsOptions(
                authorities, certificate, key, verifyHostName, versions, List.of(only), applicationProtocols);
    }

    /** Asks for one of these protocols (RFC 7301). */
    public TlsOptions withApplicationProtocols(String... only) {
        return new TlsOptions(authorities, certificate, key, verifyHostName, versions, ciphers, List.of(only));
    }
}
