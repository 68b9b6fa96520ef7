package io.pipit.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.Authenticator;
import io.pipit.broker.spi.BrokerListener;
import io.pipit.broker.spi.Identity;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.tls.CertificateAuthority;
import io.pipit.tls.CertifiedKey;
import io.pipit.tls.TrustedAuthorities;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Listeners with TLS, and several of them, from the configuration to the broker. */
@Timeout(120)
final class SecureListenerTest {
    private static final byte[] CONNECT_A = HexFormat.of().parseHex("100d00044d5154540402003c000161");
    /** With user name "eve". */
    private static final byte[] CONNECT_EVE = HexFormat.of().parseHex("101200044d5154540482003c0001610003657665");

    private static final byte[] CONNACK = HexFormat.of().parseHex("20020000");
    private static final Duration HOUR = Duration.ofHours(1);

    private final CertificateAuthority authority = CertificateAuthority.create("Garden", Instant.now(), HOUR);
    private final Path certificate;
    private final Path key;
    private final Path authorities;

    SecureListenerTest(@TempDir Path directory) throws IOException {
        certificate = directory.resolve("server.crt");
        key = directory.resolve("server.key");
        authorities = directory.resolve("ca.crt");
        authority
                .issueServer(List.of("localhost", "127.0.0.1"), Instant.now(), HOUR)
                .write(certificate, key);
        authority.own().write(authorities, directory.resolve("ca.key"));
    }

    private PipitBuilder secure() {
        return Pipit.builder()
                .set("mqtts-port", "0")
                .set("tls.cert", certificate.toString())
                .set("tls.key", key.toString());
    }

    private static InetSocketAddress address(Pipit pipit, String listener) {
        return pipit.listening().stream()
                .filter(listening -> listening.name().equals(listener))
                .map(Pipit.Listening::address)
                .findFirst()
                .orElseThrow();
    }

    private SSLSocket connect(InetSocketAddress address, @Nullable CertifiedKey own) throws Exception {
        KeyManager @Nullable [] keys = own == null ? null : own.keyManagers();
        SSLContext context = SSLContext.getInstance("TLS");
        TrustedAuthorities trusted = new TrustedAuthorities(authority.own().chain(), List.of());
        context.init(keys, trusted.trustManagers().getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(address.getAddress(), address.getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void assertAccepted(Socket socket, byte[] connect) throws IOException {
        socket.getOutputStream().write(connect);
        assertThat(socket.getInputStream().readNBytes(CONNACK.length)).isEqualTo(CONNACK);
    }

    @Test
    void mqttsPort_withCertificateAndKey_servesTls() throws Exception {
        try (Pipit pipit = secure().start();
                SSLSocket client = connect(address(pipit, "mqtts"), null)) {
            assertThat(pipit.listening()).extracting(Pipit.Listening::name).containsExactly("mqtts");
            assertAccepted(client, CONNECT_A);
        }
    }

    @Test
    void listeners_byName_eachHaveTheirOwn() throws Exception {
        try (Pipit pipit = secure().port(0)
                        .set("listeners.inner.port", "0")
                        .set("listeners.inner.bind", "127.0.0.2")
                        .set("listeners.devices.protocol", "mqtts")
                        .set("listeners.devices.port", "0")
                        .set("listeners.devices.ca", authorities.toString())
                        .set("listeners.devices.client-certificates", "required")
                        .set("listeners.browsers.protocol", "wss")
                        .set("listeners.browsers.port", "0")
                        .start();
                Socket inner = new Socket("127.0.0.2", address(pipit, "inner").getPort());
                SSLSocket device =
                        connect(address(pipit, "devices"), authority.issueClient("lamp", Instant.now(), HOUR))) {
            assertThat(pipit.listening())
                    .extracting(Pipit.Listening::name)
                    .containsExactly("mqtt", "mqtts", "inner", "devices", "browsers");
            assertAccepted(inner, CONNECT_A);
            assertAccepted(device, CONNECT_A);
        }
    }

    @Test
    void certificate_withItsName_takesThePlaceOfTheUserName() throws Exception {
        BlockingQueue<String> asked = new LinkedBlockingQueue<>();
        BlockingQueue<Identity> connected = new LinkedBlockingQueue<>();
        Authenticator authenticator = (connect, peer, answer) -> {
            asked.add(connect.userName() + " " + peer.certifiedName());
            answer.accept(new Authenticator.Decision.Accepted());
        };
        BrokerListener listener = new BrokerListener() {
            @Override
            public void connected(Identity client, ProtocolVersion version, boolean sessionPresent) {
                connected.add(client);
            }
        };
        try (Pipit pipit = secure().set("tls.ca", authorities.toString())
                        .set("tls.client-certificates", "required")
                        .set("tls.user-name-from", "cn")
                        .authenticator(authenticator)
                        .listener(listener)
                        .start();
                SSLSocket client =
                        connect(address(pipit, "mqtts"), authority.issueClient("lamp", Instant.now(), HOUR))) {
            assertAccepted(client, CONNECT_EVE);

            assertThat(asked.poll(10, TimeUnit.SECONDS)).isEqualTo("lamp lamp");
            assertThat(connected.take().userName()).isEqualTo("lamp");
        }
    }

    @Test
    void files_thatBreakAndAreRepaired_raiseAnAlarmAndClearIt() throws Exception {
        BlockingQueue<String> alarms = new LinkedBlockingQueue<>();
        BrokerListener listener = new BrokerListener() {
            @Override
            public void alarm(String name, String text, boolean raised) {
                alarms.add((raised ? "raised " : "cleared ") + name + ": " + text);
            }
        };
        String expiry = "raised tls-expiry-mqtts: a certificate expires at ";
        try (Pipit pipit = secure().set("tls.reload-interval", "5ms")
                .set("sys.interval", "10ms")
                .listener(listener)
                .start()) {
            assertThat(alarms.take()).startsWith(expiry);
            String right = Files.readString(key);

            Files.writeString(key, "nothing");
            String broken = "tls-files-mqtts: " + key + ": there is no line -----BEGIN";
            assertThat(alarms.take()).startsWith("raised " + broken);
            try (SSLSocket client = connect(address(pipit, "mqtts"), null)) {
                assertAccepted(client, CONNECT_A);
            }

            Files.writeString(key, right);
            assertThat(alarms.take()).startsWith("cleared " + broken);

            Files.delete(certificate);
            Files.delete(key);
            authority
                    .issueServer(List.of("127.0.0.1"), Instant.now(), Duration.ofDays(30))
                    .write(certificate, key);
            String told = alarms.take();
            while (!told.startsWith("cleared tls-expiry-mqtts")) {
                told = alarms.take();
            }
            BlockingQueue<String> days = new LinkedBlockingQueue<>();
            pipit.subscribe(
                    "$SYS/broker/listeners/mqtts/tls/days-to-expiry/certificate",
                    message -> days.add(message.payload().toText()));
            String value = days.take();
            while (!value.equals("29")) {
                value = days.take();
            }
        }
    }

    @Test
    void handshakes_areNumbersOfTheBroker() throws Exception {
        BlockingQueue<String> values = new LinkedBlockingQueue<>();
        try (Pipit pipit = secure().set("sys.interval", "10ms").start()) {
            pipit.subscribe(
                    "$SYS/broker/listeners/mqtts/tls/handshakes/failed/not-tls",
                    message -> values.add(message.payload().toText()));
            assertThat(values.poll(10, TimeUnit.SECONDS)).isEqualTo("0");
            try (Socket client = new Socket(
                    InetAddress.getLoopbackAddress(), address(pipit, "mqtts").getPort())) {
                client.getOutputStream().write(CONNECT_A);
                assertThat(client.getInputStream().read()).isNegative();
            }

            String value = "0";
            while ("0".equals(value)) {
                value = values.poll(10, TimeUnit.SECONDS);
            }
            assertThat(value).isEqualTo("1");
        }
    }
}
