package io.pipit.transport;

import static io.pipit.transport.WireClient.connect;
import static io.pipit.transport.WireClient.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.pipit.mqtt.Payload;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.Publish;
import io.pipit.tls.CertificateAuthority;
import io.pipit.tls.CertifiedKey;
import io.pipit.tls.TlsFileException;
import io.pipit.tls.TlsVersion;
import io.pipit.transport.TestCertificates.Client;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handshakes with listeners of each provider: who gets in, as whom, and why others do not. */
@ParameterizedClass
@EnumSource(TlsProvider.class)
@Timeout(120)
final class TlsTest {
    private final TlsProvider provider;
    private final EventLoops loops = new EventLoops(1, Engine.best());
    private final BlockingQueue<Recorder> accepted = new LinkedBlockingQueue<>();
    private final TestCertificates certificates;
    private @Nullable Listener listener;

    TlsTest(TlsProvider provider, @TempDir Path directory) {
        assumeThat(provider.isAvailable()).isTrue();
        this.provider = provider;
        this.certificates = new TestCertificates(directory);
    }

    @AfterEach
    void close() {
        if (listener != null) {
            listener.close();
        }
        loops.close();
    }

    /** Opens a listener that echoes messages, and returns its address. */
    private InetSocketAddress open(TlsSettings settings) throws IOException {
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Listener opened =
                Listener.open(new ListenerSettings("secure", free, null, settings), loops, (connection, loop) -> {
                    Recorder recorder = new Recorder(connection, loop).always(packet -> {
                        if (packet instanceof Publish) {
                            connection.send(packet, ProtocolVersion.MQTT_3_1_1);
                        }
                    });
                    accepted.add(recorder);
                    return recorder;
                });
        listener = opened;
        return opened.address();
    }

    private TlsSettings asking(ClientCertificates clients) {
        return certificates.settings(provider, clients, UserNameFrom.CN);
    }

    private static TlsSettings speaking(TlsSettings settings, List<TlsVersion> versions, List<String> ciphers) {
        return new TlsSettings(
                settings.keys(),
                settings.authorities(),
                settings.revocations(),
                settings.clientCertificates(),
                settings.userNameFrom(),
                versions,
                ciphers,
                settings.provider(),
                settings.handshakeTimeout(),
                settings.mostHandshakes());
    }

    private static TlsSettings bounded(TlsSettings settings, Duration timeout, int mostHandshakes) {
        return new TlsSettings(
                settings.keys(),
                settings.authorities(),
                settings.revocations(),
                settings.clientCertificates(),
                settings.userNameFrom(),
                settings.versions(),
                settings.ciphers(),
                settings.provider(),
                timeout,
                mostHandshakes);
    }

    private static TlsSettings with(TlsSettings settings, List<TlsSettings.KeyFiles> keys, List<Path> revocations) {
        return new TlsSettings(
                keys,
                settings.authorities(),
                revocations,
                settings.clientCertificates(),
                settings.userNameFrom(),
                settings.versions(),
                settings.ciphers(),
                settings.provider(),
                settings.handshakeTimeout(),
                settings.mostHandshakes());
    }

    private static SSLParameters only(TlsVersion version) {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {version.protocol()});
        return parameters;
    }

    /** What is accepted has its messages echoed; returns the user name of its certificate. */
    private @Nullable String assertServed(InetSocketAddress address, Client client) throws Exception {
        try (SSLSocket socket = certificates.connect(address, client);
                WireClient wire = new WireClient(socket, socket)) {
            wire.send(connect("c"), publish("a", Payload.of("x")));
            assertThat(wire.receive()).isEqualTo(publish("a", Payload.of("x")));
            Recorder recorder = accepted.poll(10, TimeUnit.SECONDS);
            assertThat(recorder).isNotNull();
            return recorder.connection().peer().certifiedName();
        }
    }

    /** A client of TLS 1.3 hears only after its own handshake that its certificate is not wanted. */
    private void assertRefused(InetSocketAddress address, Client client, TlsFailure reason) throws Exception {
        assertThatThrownBy(() -> {
                    try (SSLSocket socket = certificates.connect(address, client)) {
                        if (socket.getInputStream().read() < 0) {
                            throw new SSLException("closed");
                        }
                    }
                })
                .isInstanceOf(IOException.class);
        assertCounted(reason);
    }

    /** Waits until the listener has counted one failure, of this reason. */
    private void assertCounted(TlsFailure reason) throws InterruptedException {
        Listener opened = listener();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (failures(opened) == 0 && System.nanoTime() < end) {
            TurnOf.loop(loops.loops().getFirst());
        }
        assertThat(opened.readings())
                .containsEntry("handshakes/failed/" + reason.label(), 1L)
                .containsEntry("handshakes/under-way", 0L);
        assertThat(failures(opened)).as(opened.readings().toString()).isEqualTo(1);
        assertThat(accepted).isEmpty();
        assertThat(loops.faults()).isZero();
    }

    private Listener listener() {
        return Objects.requireNonNull(listener);
    }

    private static long failures(Listener listener) {
        return listener.readings().entrySet().stream()
                .filter(reading -> reading.getKey().startsWith("handshakes/failed/"))
                .mapToLong(reading -> reading.getValue())
                .sum();
    }

    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void client_ofEachVersion_isServed(TlsVersion version) throws Exception {
        InetSocketAddress address = open(certificates.settings(provider));

        assertThat(assertServed(address, new Client(null, only(version)))).isNull();
        assertThat(listener().readings())
                .containsEntry("handshakes/completed", 1L)
                .containsEntry("handshakes/under-way", 0L);
    }

    @Test
    void anotherHandshake_isRefused() throws Exception {
        InetSocketAddress address = open(certificates.settings(provider));

        try (SSLSocket socket = certificates.connect(address, new Client(null, only(TlsVersion.TLS_1_2)))) {
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        if (socket.getInputStream().read() < 0) {
                            throw new SSLException("closed");
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
        }
        assertThat(listener().readings()).containsEntry("handshakes/completed", 1L);
    }

    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void certificate_thatIsTrusted_namesTheClient(TlsVersion version) throws Exception {
        InetSocketAddress address = open(asking(ClientCertificates.REQUIRED));

        CertifiedKey key = certificates.client("lamp 7, kitchen");
        assertThat(assertServed(address, new Client(key, only(version)))).isEqualTo("lamp 7, kitchen");
        assertThat(assertServed(address, new Client(certificates.client("lampe ü"), only(version))))
                .isEqualTo("lampe ü");
    }

    @Test
    void certificate_bySubject_namesTheClientByAllOfIt() throws Exception {
        InetSocketAddress address =
                open(certificates.settings(provider, ClientCertificates.REQUIRED, UserNameFrom.SUBJECT));

        assertThat(assertServed(address, Client.with(certificates.client("lamp"))))
                .isEqualTo("CN=lamp");
    }

    @Test
    void certificate_thatNamesNobody_isOnlyProof() throws Exception {
        InetSocketAddress address =
                open(certificates.settings(provider, ClientCertificates.REQUIRED, UserNameFrom.NONE));

        assertThat(assertServed(address, Client.with(certificates.client("lamp"))))
                .isNull();
    }

    @Test
    void certificate_withoutAName_isRefused() throws Exception {
        InetSocketAddress address = open(asking(ClientCertificates.REQUIRED));

        assertRefused(address, Client.with(certificates.client("")), TlsFailure.NO_USER_NAME);
    }

    @Test
    void certificate_withAControlCharacterInItsName_isRefused() throws Exception {
        InetSocketAddress address = open(asking(ClientCertificates.REQUIRED));

        assertRefused(address, Client.with(certificates.client("alice\0mallory")), TlsFailure.NO_USER_NAME);
    }

    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void noCertificate_whereOneIsRequired_isRefused(TlsVersion version) throws Exception {
        InetSocketAddress address = open(asking(ClientCertificates.REQUIRED));

        assertRefused(address, new Client(null, only(version)), TlsFailure.NO_CERTIFICATE);
    }

    @Test
    void noCertificate_whereOneIsOptional_isServedWithoutAName() throws Exception {
        InetSocketAddress address = open(asking(ClientCertificates.OPTIONAL));

        assertThat(assertServed(address, Client.anonymous())).isNull();
        assertThat(assertServed(address, Client.with(certificates.client("lamp"))))
                .isEqualTo("lamp");
    }

    @ParameterizedTest
    @EnumSource(
            value = ClientCertificates.class,
            names = {"OPTIONAL", "REQUIRED"})
    void certificate_ofAnotherAuthority_isRefused(ClientCertificates clients) throws Exception {
        InetSocketAddress address = open(asking(clients));
        CertificateAuthority other =
                CertificateAuthority.create("Authority of a test", Instant.now(), TestCertificates.HOUR);
        CertifiedKey stranger = other.issueClient("lamp", Instant.now(), TestCertificates.HOUR);

        assertRefused(address, Client.with(stranger), TlsFailure.CERTIFICATE_REFUSED);
    }

    @Test
    void certificate_thatHasExpired_isRefused() throws Exception {
        InetSocketAddress address = open(asking(ClientCertificates.REQUIRED));
        CertifiedKey old = certificates
                .authority()
                .issueClient("lamp", Instant.now().minus(Duration.ofDays(2)), Duration.ofDays(1));

        assertRefused(address, Client.with(old), TlsFailure.CERTIFICATE_REFUSED);
    }

    @Test
    void certificate_ofAServer_isNoClients() throws Exception {
        InetSocketAddress address = open(asking(ClientCertificates.REQUIRED));

        assertRefused(address, Client.with(certificates.server("localhost")), TlsFailure.CERTIFICATE_REFUSED);
    }

    @Test
    void certificate_onTheRevocationList_isRefusedAndNoOther() throws Exception {
        CertifiedKey revoked = certificates.client("lost lamp");
        Path list = certificates.write(CertificateAuthority.pem(
                certificates.authority().revoke(List.of(revoked.certificate()), Instant.now(), TestCertificates.HOUR)));
        TlsSettings settings = asking(ClientCertificates.REQUIRED);
        InetSocketAddress address = open(with(settings, settings.keys(), List.of(list)));

        assertThat(assertServed(address, Client.with(certificates.client("lamp"))))
                .isEqualTo("lamp");
        assertRefused(address, Client.with(revoked), TlsFailure.CERTIFICATE_REFUSED);
    }

    @Test
    void version_thatIsNotAllowed_isRefused() throws Exception {
        InetSocketAddress address =
                open(speaking(certificates.settings(provider), List.of(TlsVersion.TLS_1_3), List.of()));

        assertRefused(address, new Client(null, only(TlsVersion.TLS_1_2)), TlsFailure.NO_COMMON_VERSION);
    }

    @Test
    void cipher_thatIsNotAllowed_isRefused() throws Exception {
        InetSocketAddress address = open(speaking(
                certificates.settings(provider),
                List.of(TlsVersion.TLS_1_2),
                List.of("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")));
        SSLParameters allowed = only(TlsVersion.TLS_1_2);
        allowed.setCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"});
        SSLParameters other = only(TlsVersion.TLS_1_2);
        other.setCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"});

        assertServed(address, new Client(null, allowed));
        assertRefused(address, new Client(null, other), TlsFailure.NO_COMMON_CIPHER);
    }

    @Test
    void client_thatDoesNotTrustTheListener_isCountedAsSuch() throws Exception {
        CertificateAuthority other =
                CertificateAuthority.create("Authority of nobody", Instant.now(), TestCertificates.HOUR);
        TlsSettings.KeyFiles files =
                certificates.write(other.issueServer(List.of("localhost"), Instant.now(), TestCertificates.HOUR));
        InetSocketAddress address = open(with(certificates.settings(provider), List.of(files), List.of()));

        assertRefused(address, Client.anonymous(), TlsFailure.REFUSED_BY_CLIENT);
    }

    @Test
    void mqttWithoutTls_isRefused() throws Exception {
        InetSocketAddress address = open(certificates.settings(provider));
        try (WireClient client = new WireClient(address)) {
            client.send(connect("c"));
            assertCounted(TlsFailure.NOT_TLS);
            assertThat(client.receive()).isNull();
        }
    }

    @Test
    void client_thatSaysNothing_isClosedInTime() throws Exception {
        InetSocketAddress address = open(bounded(certificates.settings(provider), Duration.ofMillis(100), 0));
        try (WireClient client = new WireClient(address)) {
            assertThat(client.receive()).isNull();
            assertCounted(TlsFailure.TIMEOUT);
        }
    }

    @Test
    void client_thatStopsAmidTheHandshake_isClosedInTime() throws Exception {
        InetSocketAddress address = open(bounded(certificates.settings(provider), Duration.ofMillis(100), 0));
        try (WireClient client = new WireClient(address)) {
            client.send(new byte[] {0x16, 0x03, 0x01, 0x01, 0x00, 0x01});
            assertThat(client.receive()).isNull();
            assertCounted(TlsFailure.TIMEOUT);
        }
    }

    @Test
    void client_thatGoesAmidTheHandshake_isCounted() throws Exception {
        InetSocketAddress address = open(certificates.settings(provider));
        try (WireClient client = new WireClient(address)) {
            client.send(new byte[] {0x16, 0x03, 0x01, 0x01, 0x00, 0x01});
        }
        assertCounted(TlsFailure.CLOSED);
    }

    @Test
    void handshakes_beyondTheBound_areClosedUntilOneEnds() throws Exception {
        InetSocketAddress address = open(bounded(certificates.settings(provider), Duration.ofSeconds(20), 1));
        try (WireClient slow = new WireClient(address);
                WireClient tooMuch = new WireClient(address)) {
            assertThat(tooMuch.receive()).isNull();
            assertThat(listener().readings())
                    .containsEntry("handshakes/failed/too-many", 1L)
                    .containsEntry("handshakes/under-way", 1L);

            certificates.connect(slow.socket(), Client.anonymous());
        }
        assertServed(address, Client.anonymous());
    }

    @Test
    void hostName_thatTheClientAsksFor_choosesTheCertificate() throws Exception {
        List<TlsSettings.KeyFiles> keys = List.of(
                certificates.write(certificates.server("first.example")),
                certificates.write(certificates.server("second.example", "*.garden.example")));
        InetSocketAddress address = open(with(certificates.settings(provider), keys, List.of()));

        assertThat(commonNameFor(address, "first.example")).isEqualTo("CN=first.example");
        assertThat(commonNameFor(address, "SECOND.example")).isEqualTo("CN=second.example");
        assertThat(commonNameFor(address, "lamp.garden.example")).isEqualTo("CN=second.example");
        assertThat(commonNameFor(address, "a.lamp.garden.example")).isEqualTo("CN=first.example");
        assertThat(commonNameFor(address, "unknown.example")).isEqualTo("CN=first.example");
    }

    private String commonNameFor(InetSocketAddress address, String hostName) throws IOException {
        SSLParameters parameters = new SSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(hostName)));
        try (SSLSocket socket = certificates.connect(address, new Client(null, parameters))) {
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().toString();
        }
    }

    @Test
    void applicationProtocol_thatTheClientOffers_isChosen() throws Exception {
        InetSocketAddress address = open(certificates.settings(provider));

        assertThat(protocolFor(address, "x", "mqtt")).isEqualTo("mqtt");
        assertThat(protocolFor(address, "x")).isEmpty();
    }

    private String protocolFor(InetSocketAddress address, String... offered) throws IOException {
        SSLParameters parameters = new SSLParameters();
        parameters.setApplicationProtocols(offered);
        try (SSLSocket socket = certificates.connect(address, new Client(null, parameters))) {
            return socket.getApplicationProtocol();
        }
    }

    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void close_sendsAllThatWasSaidAndThenSaysSo(TlsVersion version) throws Exception {
        InetSocketAddress address = open(certificates.settings(provider));
        Payload large = Payload.owning(new byte[1 << 20]);
        try (SSLSocket socket = certificates.connect(address, new Client(null, only(version)));
                WireClient wire = new WireClient(socket, socket)) {
            wire.send(connect("c"));
            Recorder recorder = accepted.take();
            recorder.run(() -> {
                recorder.connection().send(publish("a", large), ProtocolVersion.MQTT_3_1_1);
                recorder.connection().close();
            });

            assertThat(wire.receive()).isEqualTo(publish("a", large));
            assertThat(wire.receive())
                    .as("an end that is not announced would be an exception")
                    .isNull();
        }
    }

    /** Whether an answer still reaches it depends on version and provider: with TLS 1.2 its close is that of both sides. */
    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void close_byTheClient_comesBehindItsLastPacket(TlsVersion version) throws Exception {
        InetSocketAddress address = open(certificates.settings(provider));
        try (SSLSocket socket = certificates.connect(address, new Client(null, only(version)));
                WireClient wire = new WireClient(socket, socket)) {
            wire.send(connect("c"), publish("a", Payload.of("last")));
            wire.endOutput();

            Recorder recorder = accepted.take();
            assertThat(recorder.next()).isEqualTo(connect("c"));
            assertThat(recorder.next()).isEqualTo(publish("a", Payload.of("last")));
            assertThat(recorder.next()).isEqualTo(Recorder.Event.CLOSED);
            assertThat(loops.faults()).isZero();
        }
    }

    @Test
    void bytes_thatAreNoRecord_endAConnectionWithoutAFault() throws Exception {
        InetSocketAddress address = open(certificates.settings(provider));
        try (Socket plain = new Socket(address.getAddress(), address.getPort());
                SSLSocket socket = certificates.connect(plain, Client.anonymous());
                WireClient wire = new WireClient(plain, socket)) {
            wire.send(connect("c"));
            Recorder recorder = accepted.take();
            assertThat(recorder.next()).isEqualTo(connect("c"));

            plain.getOutputStream().write(new byte[] {
                0x17, 0x03, 0x03, 0x00, 0x20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32
            });

            assertThatThrownBy(wire::receive).isInstanceOf(SSLException.class).hasMessageContaining("alert");
            wire.hangUp();
            assertThat(recorder.next()).isEqualTo(Recorder.Event.CLOSED);
            assertThat(loops.faults()).isZero();
        }
    }

    /** Replaces a file as an operator does: with another one, in one step. */
    private static void replace(Path file, Path by) throws IOException {
        Path beside = Files.copy(by, file.resolveSibling(file.getFileName() + ".new"));
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static TlsChange lookTwice(Listener listener) {
        assertThat(listener.lookAtFiles()).as("the first look after a change").isEqualTo(new TlsChange.None());
        return listener.lookAtFiles();
    }

    @Test
    void files_thatAreReplaced_areTakenForNewHandshakesOnly() throws Exception {
        TlsSettings settings = certificates.settings(provider);
        TlsSettings.KeyFiles files = settings.keys().getFirst();
        InetSocketAddress address = open(settings);
        try (SSLSocket socket = certificates.connect(address, Client.anonymous());
                WireClient wire = new WireClient(socket, socket)) {
            wire.send(connect("c"), publish("a", Payload.of("before")));
            assertThat(wire.receive()).isEqualTo(publish("a", Payload.of("before")));
            assertThat(listener().lookAtFiles()).isEqualTo(new TlsChange.None());

            TlsSettings.KeyFiles renewed = certificates.write(certificates.server("renewed.example", "localhost"));
            replace(files.key(), renewed.key());
            replace(files.certificate(), renewed.certificate());

            assertThat(lookTwice(listener())).isEqualTo(new TlsChange.Taken());
            assertThat(listener().lookAtFiles()).isEqualTo(new TlsChange.None());
            assertThat(commonNameFor(address, "localhost")).isEqualTo("CN=renewed.example");
            wire.send(publish("a", Payload.of("after")));
            assertThat(wire.receive()).isEqualTo(publish("a", Payload.of("after")));
        }
    }

    @Test
    void file_thatCannotBeUsed_leavesTheOldOneUntilItIsRepaired() throws Exception {
        TlsSettings settings = certificates.settings(provider);
        TlsSettings.KeyFiles files = settings.keys().getFirst();
        InetSocketAddress address = open(settings);
        Path right = Files.copy(files.key(), files.key().resolveSibling("kept.key"));

        replace(files.key(), certificates.write("nothing\n"));

        assertThat(lookTwice(listener()))
                .isEqualTo(new TlsChange.Refused(
                        files.key() + ": there is no line -----BEGIN ...----- in it: a file in PEM form is expected"));
        assertThat(listener().lookAtFiles()).as("told once").isEqualTo(new TlsChange.None());
        assertServed(address, Client.anonymous());

        replace(files.key(), right);
        assertThat(lookTwice(listener())).isEqualTo(new TlsChange.Taken());
        assertServed(address, Client.anonymous());
    }

    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void certificate_revokedWhileItsClientKnowsASession_isRefusedFromTheNextLookOn(TlsVersion version)
            throws Exception {
        CertifiedKey lost = certificates.client("lost lamp");
        Path list = certificates.write(revoking());
        TlsSettings settings = asking(ClientCertificates.REQUIRED);
        InetSocketAddress address = open(with(settings, settings.keys(), List.of(list)));
        SSLContext sessions = certificates.context(lost);
        Client client = new Client(lost, only(version));
        assertThat(echoes(address, client, sessions)).isTrue();
        assertThat(echoes(address, client, sessions)).isTrue();

        replace(list, certificates.write(revoking(lost)));
        assertThat(lookTwice(listener())).isEqualTo(new TlsChange.Taken());

        assertThatThrownBy(() -> echoes(address, client, sessions)).isInstanceOf(IOException.class);
        assertThat(listener().readings()).containsEntry("handshakes/failed/certificate-refused", 1L);
    }

    private String revoking(CertifiedKey... keys) {
        List<X509Certificate> revoked =
                Arrays.stream(keys).map(CertifiedKey::certificate).toList();
        return CertificateAuthority.pem(certificates.authority().revoke(revoked, Instant.now(), TestCertificates.HOUR));
    }

    private boolean echoes(InetSocketAddress address, Client client, SSLContext sessions) throws Exception {
        Socket plain = new Socket(address.getAddress(), address.getPort());
        try (SSLSocket socket = certificates.connect(plain, client, sessions);
                WireClient wire = new WireClient(socket, socket)) {
            wire.send(connect("c"), publish("a", Payload.of("x")));
            return publish("a", Payload.of("x")).equals(wire.receive());
        }
    }

    @Test
    void expiry_isThatOfTheFirstToExpire() throws Exception {
        Path list = certificates.write(revoking());
        TlsSettings settings = asking(ClientCertificates.REQUIRED);
        Instant now = Instant.now();
        TlsSettings.KeyFiles shorter =
                certificates.write(certificates.authority().issueServer(List.of("b"), now, Duration.ofMinutes(7)));
        open(with(settings, List.of(settings.keys().getFirst(), shorter), List.of(list)));

        TlsExpiry expiry = Objects.requireNonNull(listener().expiry());

        assertThat(Duration.between(now, expiry.certificates()))
                .isBetween(Duration.ofMinutes(6), Duration.ofMinutes(7));
        assertThat(Duration.between(now, Objects.requireNonNull(expiry.authorities())))
                .isBetween(Duration.ofMinutes(58), Duration.ofMinutes(61));
        assertThat(expiry.revocations()).isNotNull();
    }

    @Test
    void key_ofAnotherCertificate_isNoListener() {
        TlsSettings settings = certificates.settings(provider);
        TlsSettings.KeyFiles right = settings.keys().getFirst();
        TlsSettings.KeyFiles other = certificates.write(certificates.server("localhost"));
        TlsSettings.KeyFiles mixed = new TlsSettings.KeyFiles(right.certificate(), other.key());

        assertThatThrownBy(() -> open(with(settings, List.of(mixed), List.of())))
                .isInstanceOf(TlsFileException.class)
                .hasMessageContaining("is not the key of the (first) certificate in " + right.certificate());
    }
}
