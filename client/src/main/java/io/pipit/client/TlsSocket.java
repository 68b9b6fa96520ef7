package io.pipit.client;

import io.pipit.tls.CertifiedKey;
import io.pipit.tls.TlsVersion;
import io.pipit.tls.TrustedAuthorities;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Lays TLS over a connected socket. Loaded only when a server is to be spoken to like that. */
final class TlsSocket {
    private TlsSocket() {}

    /**
     * Speaks TLS with a server, until it has shown who it is.
     *
     * @param socket connected, with the time that the handshake may take as its timeout
     * @throws MqttException with {@link Failure#UNTRUSTED} when one side does not accept the other
     */
    static Socket over(Socket socket, ServerAddress server, TlsOptions options) throws IOException {
        SSLContext context = context(options);
        SSLSocket secure =
                (SSLSocket) context.getSocketFactory().createSocket(socket, server.host(), server.port(), true);
        try {
            secure.setSSLParameters(parameters(secure.getSSLParameters(), options));
            secure.startHandshake();
            return secure;
        } catch (IllegalArgumentException unknown) {
            throw new MqttException(Failure.UNTRUSTED, server + ": " + unknown.getMessage(), unknown);
        }
    }

    /** What a failure means, before the server has accepted a connection. */
    static MqttException explained(IOException failed, ServerAddress server, TlsOptions options) {
        if (!(failed instanceof SSLException)) {
            return Connection.explained(failed);
        }
        if (failed.getCause() instanceof EOFException) {
            return new MqttException(
                    Failure.CONNECTION_LOST,
                    server + ": the server closed the connection during the handshake",
                    failed);
        }
        String text = String.valueOf(failed.getMessage());
        return new MqttException(
                Failure.UNTRUSTED, server + ": no TLS connection: " + text + remedy(text, server, options), failed);
    }

    private static SSLContext context(TlsOptions options) throws IOException {
        Path authorities = options.authorities();
        Path certificate = options.certificate();
        Path key = options.key();
        try {
            TrustManager @Nullable [] trust = authorities == null
                    ? null
                    : TrustedAuthorities.read(authorities, List.of())
                            .trustManagers()
                            .getTrustManagers();
            KeyManager @Nullable [] keys = certificate == null || key == null
                    ? null
                    : CertifiedKey.read(certificate, key).keyManagers();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust, null);
            return context;
        } catch (IOException unusable) {
            throw new MqttException(Failure.UNTRUSTED, String.valueOf(unusable.getMessage()), unusable);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has TLS", impossible);
        }
    }

    private static SSLParameters parameters(SSLParameters parameters, TlsOptions options) {
        parameters.setProtocols(
                options.versions().stream().map(TlsVersion::protocol).toArray(String[]::new));
        if (!options.ciphers().isEmpty()) {
            parameters.setCipherSuites(options.ciphers().toArray(new String[0]));
        }
        if (!options.applicationProtocols().isEmpty()) {
            parameters.setApplicationProtocols(options.applicationProtocols().toArray(new String[0]));
        }
        if (options.verifyHostName()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        return parameters;
    }

    private static String remedy(String text, ServerAddress server, TlsOptions options) {
        String lower = text.toLowerCase(Locale.ROOT);
        Path authorities = options.authorities();
        if (lower.contains("certification path") || lower.contains("path does not chain")) {
            return authorities == null
                    ? "; its certificate is of no authority that Java knows: name the one that issued it"
                            + " (TlsOptions.withAuthorities, --cafile)"
                    : "; " + authorities + " is not the authority that issued its certificate";
        }
        if (lower.contains("subject alternative") || lower.contains("no name matching")) {
            return "; its certificate is for another host than " + server.host();
        }
        if (lower.contains("certificate_required") || lower.contains("bad_certificate")) {
            return "; the server wants another certificate of this client";
        }
        return lower.contains("unrecognized ssl message") ? "; what listens there does not speak TLS" : "";
    }
}
