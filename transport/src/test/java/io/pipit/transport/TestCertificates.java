package io.pipit.transport;

import io.pipit.tls.CertificateAuthority;
import io.pipit.tls.CertifiedKey;
import io.pipit.tls.TlsVersion;
import io.pipit.tls.TrustedAuthorities;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** An authority of the test run, and what it issues: valid for an hour, in files that are removed with the directory. */
final class TestCertificates {
    static final Duration HOUR = Duration.ofHours(1);

    private final Path directory;
    private final CertificateAuthority authority =
            CertificateAuthority.create("Authority of a test", Instant.now(), HOUR);
    private final AtomicInteger files = new AtomicInteger();
    private final Path authorityFile;

    TestCertificates(Path directory) {
        this.directory = directory;
        this.authorityFile = write(authority.own()).certificate();
    }

    /** In a directory for temporary files, which the machine removes. */
    static TestCertificates temporary() {
        try {
            Path directory = Files.createTempDirectory("pipit-certificates");
            directory.toFile().deleteOnExit();
            return new TestCertificates(directory);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    CertificateAuthority authority() {
        return authority;
    }

    Path authorityFile() {
        return authorityFile;
    }

    CertifiedKey server(String... names) {
        return authority.issueServer(List.of(names), Instant.now(), HOUR);
    }

    CertifiedKey client(String name) {
        return authority.issueClient(name, Instant.now(), HOUR);
    }

    TlsSettings.KeyFiles write(CertifiedKey key) {
        int number = files.incrementAndGet();
        Path certificate = directory.resolve(number + ".crt");
        Path secret = directory.resolve(number + ".key");
        certificate.toFile().deleteOnExit();
        secret.toFile().deleteOnExit();
        try {
            key.write(certificate, secret);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return new TlsSettings.KeyFiles(certificate, secret);
    }

    /** A file with what is in none of these yet. */
    Path write(String text) {
        Path file = directory.resolve(files.incrementAndGet() + ".pem");
        file.toFile().deleteOnExit();
        try {
            return Files.writeString(file, text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A listener that asks clients for nothing. */
    TlsSettings settings(TlsProvider provider) {
        return settings(provider, ClientCertificates.OFF, UserNameFrom.NONE);
    }

    TlsSettings settings(TlsProvider provider, ClientCertificates clients, UserNameFrom names) {
        return new TlsSettings(
                List.of(write(server("localhost", "127.0.0.1"))),
                clients == ClientCertificates.OFF ? null : authorityFile,
                List.of(),
                clients,
                names,
                List.of(TlsVersion.values()),
                List.of(),
                provider,
                Duration.ofSeconds(20),
                0);
    }

    /** How a client of the test connects: its own certificate, if any, and what else it chooses. */
    record Client(@Nullable CertifiedKey key, SSLParameters parameters) {
        static Client anonymous() {
            return new Client(null, new SSLParameters());
        }

        static Client with(CertifiedKey key) {
            return new Client(key, new SSLParameters());
        }
    }

    /** Connects, and completes the handshake. */
    SSLSocket connect(InetSocketAddress address, Client client) throws IOException {
        return connect(new Socket(address.getAddress(), address.getPort()), client);
    }

    SSLSocket connect(Socket socket, Client client) throws IOException {
        return connect(socket, client, context(client.key()));
    }

    /** With the sessions that this context remembers. */
    SSLSocket connect(Socket socket, Client client, SSLContext context) throws IOException {
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        SSLSocket secure =
                (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
        secure.setSSLParameters(client.parameters());
        secure.startHandshake();
        return secure;
    }

    /** What a client knows: whom it trusts, and its own certificate, if any. */
    SSLContext context(@Nullable CertifiedKey key) {
        try {
            KeyManager @Nullable [] keys = key == null ? null : key.keyManagers();
            SSLContext context = SSLContext.getInstance("TLS");
            TrustedAuthorities trusted = new TrustedAuthorities(authority.own().chain(), List.of());
            context.init(keys, trusted.trustManagers().getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
