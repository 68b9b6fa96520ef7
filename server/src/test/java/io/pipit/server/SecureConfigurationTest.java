package io.pipit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.tls.CertificateAuthority;
import io.pipit.tls.TlsVersion;
import io.pipit.transport.ClientCertificates;
import io.pipit.transport.TlsProvider;
import io.pipit.transport.TlsSettings;
import io.pipit.transport.UserNameFrom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may be said about listeners and TLS, and what is said to whom says something else. */
final class SecureConfigurationTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Path directory;
    private final Path certificate;
    private final Path key;
    private final Path authorities;

    SecureConfigurationTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        certificate = directory.resolve("server.crt");
        key = directory.resolve("server.key");
        authorities = directory.resolve("ca.crt");
        CertificateAuthority authority = CertificateAuthority.create("Garden", Instant.now(), HOUR);
        authority.issueServer(List.of("localhost"), Instant.now(), HOUR).write(certificate, key);
        authority.own().write(authorities, directory.resolve("ca.key"));
    }

    private static ConfigurationSources yaml(String... lines) {
        return new ConfigurationSources().yaml(String.join("\n", lines) + "\n");
    }

    private ConfigurationSources secure(String... more) {
        ConfigurationSources sources = new ConfigurationSources()
                .set("mqtts-port=8883")
                .set("tls.cert=" + certificate)
                .set("tls.key=" + key);
        for (String assignment : more) {
            sources.set(assignment);
        }
        return sources;
    }

    private static void assertRefused(ConfigurationSources sources, String... lines) {
        assertThatThrownBy(sources::read)
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(String.join(System.lineSeparator(), lines));
    }

    private static ConfiguredListener listener(Configuration configuration, String name) {
        return configuration.listeners().stream()
                .filter(listener -> listener.settings().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static TlsSettings tls(Configuration configuration, String name) {
        return Objects.requireNonNull(listener(configuration, name).settings().tls());
    }

    @Test
    void tls_inThreeLines_isAListenerWithGoodDefaults() throws ConfigurationException {
        Configuration configuration = yaml("mqtts-port: 8883", "tls: {cert: " + certificate + ", key: " + key + "}")
                .read();

        assertThat(tls(configuration, "mqtts"))
                .isEqualTo(new TlsSettings(
                        List.of(new TlsSettings.KeyFiles(certificate, key)),
                        null,
                        List.of(),
                        ClientCertificates.OFF,
                        UserNameFrom.NONE,
                        List.of(TlsVersion.TLS_1_2, TlsVersion.TLS_1_3),
                        List.of(),
                        TlsProvider.best(),
                        Duration.ofSeconds(10),
                        1000));
    }

    @Test
    void listener_byName_hasWhatTheSectionTlsSaysUnlessItSaysOtherwise() throws ConfigurationException {
        Configuration configuration = yaml(
                        "port: off",
                        "ws-port: off",
                        "tls:",
                        "  cert: " + certificate,
                        "  key: " + key,
                        "  versions: [1.3]",
                        "listeners:",
                        "  devices:",
                        "    protocol: mqtts",
                        "    ca: " + authorities,
                        "    client-certificates: required",
                        "    user-name-from: cn",
                        "    bind: 0.0.0.0",
                        "  browsers: {protocol: wss, port: 443, versions: [1.2, 1.3]}",
                        "  inner: {port: 1884}")
                .read();

        assertThat(configuration.listeners())
                .extracting(listener ->
                        listener.protocol() + " " + listener.settings().address())
                .containsExactly("MQTTS /0.0.0.0:8883", "WSS /127.0.0.1:443", "MQTT /127.0.0.1:1884");
        assertThat(tls(configuration, "devices").versions()).containsExactly(TlsVersion.TLS_1_3);
        assertThat(tls(configuration, "devices").authorities()).isEqualTo(authorities);
        assertThat(tls(configuration, "browsers").versions()).hasSize(2);
        assertThat(tls(configuration, "browsers").clientCertificates()).isEqualTo(ClientCertificates.OFF);
        assertThat(listener(configuration, "browsers").settings().webSocket()).isNotNull();
    }

    @Test
    void listener_byVariables_isOne() throws ConfigurationException {
        Configuration configuration = new ConfigurationSources()
                .environment(Map.of("PIPIT_LISTENERS_INNER_PORT", "1884", "PIPIT_LISTENERS_INNER_BIND", "127.0.0.2"))
                .read();

        assertThat(listener(configuration, "inner").settings().address().toString())
                .isEqualTo("/127.0.0.2:1884");
    }

    @Test
    void show_readBack_isTheSame() throws ConfigurationException {
        ConfigurationSources sources = secure(
                "listeners.devices.protocol=mqtts",
                "listeners.devices.port=8885",
                "tls.ciphers=TLS_AES_128_GCM_SHA256",
                "tls.ca=" + authorities,
                "tls.client-certificates=optional");

        ConfigurationSources again = new ConfigurationSources().yaml(sources.show());

        assertThat(again.read()).isEqualTo(sources.read());
        assertThat(sources.show()).contains("listeners:\n  devices:\n    protocol: mqtts\n    bind:");
    }

    @Test
    void listener_withoutCertificate_saysWhatItNeeds() {
        assertRefused(
                new ConfigurationSources().set("mqtts-port=8883"),
                "listener mqtts needs a certificate and its key: set tls.cert and tls.key ('pipit cert' makes some to try"
                        + " it with), or take the listener away");
    }

    @Test
    void files_thatCannotBeUsed_areNamedWithTheirKeys() throws IOException {
        Path missing = directory.resolve("missing.crt");
        Path empty = Files.writeString(directory.resolve("empty.pem"), "nothing\n");
        assertRefused(secure("tls.cert=" + missing), "tls.cert: " + missing + ": there is no such file");
        assertRefused(
                secure("tls.key=" + empty),
                "tls.key: " + empty + ": there is no line -----BEGIN ...----- in it: a file in PEM form is expected");
        assertRefused(
                secure("tls.key=" + directory.resolve("ca.key")),
                "tls.key: " + directory.resolve("ca.key") + ": is not the key of the (first) certificate in "
                        + certificate + ": give the key that the certificate was asked for with");
        assertRefused(
                secure("tls.client-certificates=required", "tls.ca=" + directory),
                "tls.ca: " + directory + ": is a directory; name a file in PEM form");
        assertRefused(
                secure(
                        "listeners.devices.protocol=mqtts",
                        "listeners.devices.port=1",
                        "tls.client-certificates=required",
                        "tls.ca=" + authorities,
                        "listeners.devices.crl=" + certificate),
                "listeners.devices.crl: " + certificate + ": there is no revocation list in it");
    }

    @Test
    void values_thatDoNotGoTogether_areNamed() {
        assertRefused(
                secure("tls.key=a,b"),
                "tls.key names 2 files, and tls.cert 1: each certificate needs its key, in the same order");
        assertRefused(
                secure("tls.client-certificates=required"),
                "tls.client-certificates is required, which needs to know who issues them: set tls.ca");
        assertRefused(
                secure("tls.user-name-from=cn"),
                "tls.user-name-from is cn, and tls.client-certificates is off: set that to required or optional");
        assertRefused(secure("tls.crl=x"), "tls.crl needs tls.ca");
        assertRefused(
                secure("tls.provider=jdk", "tls.ciphers=TLS_AES_128_GCM_SHA257"),
                "tls.ciphers names TLS_AES_128_GCM_SHA257, which jdk does not know; did you mean"
                        + " TLS_AES_128_GCM_SHA256?");
        assertRefused(
                secure("tls.versions=1.1"),
                "--set tls.versions=1.1: tls.versions is \"1.1\"; allowed is one or both of 1.2, 1.3");
    }

    @Test
    void listener_withoutTls_takesNoKeysOfTls() {
        assertRefused(
                yaml("listeners:", "  inner:", "    port: 1884", "    cert: x.crt"),
                "yaml:4: listeners.inner.cert is for mqtts and wss only, and listeners.inner.protocol is mqtt");
    }

    @Test
    void listener_withANameThatIsTaken_needsAnother() {
        assertRefused(
                yaml("listeners: {ws: {port: 1}, 'a-b': {port: 2}}"),
                "the listener ws needs another name: this is that of the one at ws-port",
                "the listener a-b needs another name: a letter, then letters and digits, all lower case");
    }

    @Test
    void listener_withAnUnknownKey_namesTheNearest() {
        assertRefused(
                yaml("listeners:", "  inner:", "    prot: 1884"),
                "yaml:3: unknown key listeners.inner.prot; did you mean listeners.inner.port?");
    }

    @Test
    void otherAddressThanLoopback_withRequiredCertificates_needsNoAnonymousAllow() throws ConfigurationException {
        ConfigurationSources sources = secure(
                "port=off", "ws-port=off", "bind=0.0.0.0", "tls.ca=" + authorities, "tls.client-certificates=required");
        assertThat(sources.read().listeners()).hasSize(1);

        assertThatThrownBy(secure("listeners.inner.bind=0.0.0.0")::read)
                .hasMessageStartingWith("listeners.inner.bind is 0.0.0.0, where others than this machine")
                .hasMessageContaining("\"listeners.inner.bind: 127.0.0.1\"");
    }
}
