package io.pipit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.cli.CapturedTerminal.Run;
import io.pipit.server.Pipit;
import io.pipit.server.PipitBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code pipit cert} makes what a broker, {@code pub} and {@code sub} then speak TLS with. */
@Timeout(120)
final class SecureToolsTest {
    private static final int TLS = 8;

    private final Path directory;

    SecureToolsTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private Run cert(String... words) throws InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("cert"));
        arguments.addAll(List.of(words));
        arguments.addAll(List.of("--dir", directory.toString()));
        Run ended = CapturedTerminal.run(arguments.toArray(new String[0]));
        assertThat(ended.err()).isEmpty();
        return ended;
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private PipitBuilder broker() throws InterruptedException {
        cert("server", "localhost", "127.0.0.1", "::1");
        return Pipit.builder()
                .set("mqtts-port", "0")
                .set("wss-port", "0")
                .set("tls.cert", file("server.crt"))
                .set("tls.key", file("server.key"));
    }

    private static String port(Pipit pipit, String listener) {
        return pipit.listening().stream()
                .filter(listening -> listening.name().equals(listener))
                .map(listening -> String.valueOf(listening.address().getPort()))
                .findFirst()
                .orElseThrow();
    }

    private static void assertDone(Run ended) {
        assertThat(ended.err()).isEmpty();
        assertThat(ended.status()).isZero();
    }

    @Test
    void cert_server_makesAnAuthorityAndAKeyThatOnlyItsOwnerReads() throws Exception {
        Run ended = cert("server", "localhost", "--days", "2");

        assertThat(ended.out().lines()).hasSize(2);
        assertThat(ended.out()).contains("ca.crt and ", "server.crt and ", "CN=localhost, valid until ");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("server.key"))))
                .isEqualTo("rw-------");
        assertThat(cert("client", "lamp").out().lines())
                .as("the authority is there")
                .hasSize(1);
    }

    @Test
    void cert_whereTheFilesAre_overwritesNothing() throws Exception {
        cert("ca");
        byte[] before = Files.readAllBytes(directory.resolve("ca.key"));

        Run ended = CapturedTerminal.run("cert", "ca", "--dir", directory.toString());

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).contains("ca.key is there already: take it away, or name other files");
        assertThat(Files.readAllBytes(directory.resolve("ca.key"))).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "server", "server a/b", "client", "client a b", "client a/b", "ca x", "--nope", "key"})
    void cert_withAMistake_saysSo(String words) throws Exception {
        String[] arguments = ("cert " + words).strip().split(" ");

        assertThat(CapturedTerminal.run(arguments).status()).isEqualTo(ExitStatus.USAGE);
    }

    @Test
    void pubAndSub_withTheAuthority_exchangeByTlsAndByWebSocketOverIt() throws Exception {
        try (Pipit pipit = broker().start()) {
            String mqtts = port(pipit, "mqtts");
            String wss = port(pipit, "wss");
            String ca = file("ca.crt");

            assertDone(
                    CapturedTerminal.run("pub", "--cafile", ca, "-p", mqtts, "-t", "a", "-m", "tcp", "-q", "1", "-r"));
            assertDone(CapturedTerminal.run(
                    "pub", "--cafile", ca, "--ws", "-p", wss, "-t", "b", "-m", "ws", "-q", "2", "-r"));
            String url = "wss://localhost:" + wss + "/mqtt";
            Run ended =
                    CapturedTerminal.run("sub", url, "--cafile", ca, "-t", "+", "-C", "2", "-W", "20", "-v", "-q", "1");

            assertDone(ended);
            assertThat(ended.out().lines()).containsExactlyInAnyOrder("a tcp", "b ws");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tlsv1.2", "tlsv1.3"})
    void pub_withAVersion_speaksIt(String version) throws Exception {
        try (Pipit pipit = broker().set("tls.versions", version.substring(4)).start()) {
            String url = "mqtts://127.0.0.1:" + port(pipit, "mqtts");
            String ca = file("ca.crt");
            assertDone(
                    CapturedTerminal.run("pub", url, "--cafile", ca, "--tls-version", version, "-t", "a", "-m", "b"));

            String other = version.equals("tlsv1.2") ? "tlsv1.3" : "tlsv1.2";
            Run ended = CapturedTerminal.run("pub", url, "--cafile", ca, "--tls-version", other, "-t", "a", "-m", "b");
            assertThat(ended.status()).isEqualTo(TLS);
            assertThat(ended.err()).contains("no TLS connection: ").doesNotContain("Exception");
        }
    }

    @Test
    void pub_toAServerOfAnotherAuthority_namesTheRemedy() throws Exception {
        try (Pipit pipit = broker().start()) {
            String port = port(pipit, "mqtts");

            Run unknown = CapturedTerminal.run("pub", "mqtts://localhost:" + port, "-t", "a", "-m", "b");
            assertThat(unknown.status()).isEqualTo(TLS);
            assertThat(unknown.err()).contains("of no authority that Java knows: name the one that issued it");

            Path elsewhere = directory.resolve("elsewhere");
            CapturedTerminal.run("cert", "ca", "--dir", elsewhere.toString());
            String other = elsewhere.resolve("ca.crt").toString();
            Run wrong = CapturedTerminal.run("pub", "--cafile", other, "-p", port, "-t", "a", "-m", "b");
            assertThat(wrong.status()).isEqualTo(TLS);
            assertThat(wrong.err()).contains(other + " is not the authority that issued its certificate");

            Run missing = CapturedTerminal.run("pub", "--cafile", file("none.crt"), "-p", port, "-t", "a", "-m", "b");
            assertThat(missing.status()).isEqualTo(TLS);
            assertThat(missing.err()).contains(file("none.crt") + ": there is no such file");
        }
    }

    @Test
    void pub_toAHostThatTheCertificateDoesNotName_isRefusedUnlessInsecure() throws Exception {
        cert("server", "garden.example");
        try (Pipit pipit = Pipit.builder()
                .set("mqtts-port", "0")
                .set("tls.cert", file("server.crt"))
                .set("tls.key", file("server.key"))
                .start()) {
            String[] pub = {"pub", "--cafile", file("ca.crt"), "-p", port(pipit, "mqtts"), "-t", "a", "-m", "b"};

            Run ended = CapturedTerminal.run(pub);
            assertThat(ended.status()).isEqualTo(TLS);
            assertThat(ended.err()).contains("its certificate is for another host than localhost");

            List<String> insecure = new ArrayList<>(List.of(pub));
            insecure.add("--insecure");
            assertDone(CapturedTerminal.run(insecure.toArray(new String[0])));
        }
    }

    @Test
    void pub_toAServerThatWantsCertificates_needsOne() throws Exception {
        try (Pipit pipit = broker().set("tls.ca", file("ca.crt"))
                .set("tls.client-certificates", "required")
                .start()) {
            cert("client", "lamp");
            String[] pub = {"pub", "--cafile", file("ca.crt"), "-p", port(pipit, "mqtts"), "-t", "a", "-m", "b"};

            Run ended = CapturedTerminal.run(pub);
            assertThat(ended.status()).isNotZero();
            assertThat(ended.err()).contains("pipit pub: ").doesNotContain("Exception");

            List<String> known = new ArrayList<>(List.of(pub));
            known.addAll(List.of("--cert", file("lamp.crt"), "--key", file("lamp.key")));
            assertDone(CapturedTerminal.run(known.toArray(new String[0])));
        }
    }

    @Test
    void pub_withTlsToAPortWithout_saysWhatIsThere() throws Exception {
        cert("ca");
        try (Pipit pipit = Pipit.builder().port(0).start()) {
            Run ended = CapturedTerminal.run(
                    "pub", "--cafile", file("ca.crt"), "-p", String.valueOf(pipit.port()), "-t", "a", "-m", "b");

            assertThat(ended.status()).isNotZero();
            assertThat(ended.err()).contains("localhost:" + pipit.port()).doesNotContain("Exception");
        }
    }
}
