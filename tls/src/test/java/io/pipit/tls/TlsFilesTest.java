package io.pipit.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of certificates, keys and revocation lists: those that are right are read, and others say what is wrong. */
final class TlsFilesTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int PKCS1_IN_PKCS8 = 26;

    private final Path directory;
    private final Path certificate;
    private final Path key;
    private final Instant now = Instant.now();
    private final CertificateAuthority authority = CertificateAuthority.create("Garden \u00fc", now, HOUR);
    private final CertifiedKey server =
            authority.issueServer(List.of("garden.example", "*.Garden.example", "192.0.2.7", "2001:db8::7"), now, HOUR);

    TlsFilesTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        this.certificate = directory.resolve("server.crt");
        this.key = directory.resolve("server.key");
        server.write(certificate, key);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("other.pem"), text);
    }

    private void assertRefused(Path wrongCertificate, Path wrongKey, TlsFile file, String problem) {
        assertThatThrownBy(() -> CertifiedKey.read(wrongCertificate, wrongKey))
                .isInstanceOfSatisfying(TlsFileException.class, refused -> {
                    assertThat(refused.file()).isEqualTo(file);
                    assertThat(refused.problem()).startsWith(problem);
                });
    }

    @Test
    void write_thenRead_isTheSame() throws IOException {
        assertThat(CertifiedKey.read(certificate, key)).isEqualTo(server);
        assertThat(server.hostNames()).containsExactly("garden.example", "*.garden.example");
        assertThat(server.toString()).isEqualTo("key of CN=garden.example");
        assertThatThrownBy(() -> server.write(certificate, directory.resolve("new.key")))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void certificate_thatWasMade_saysWhatTheStandardAsks() throws Exception {
        X509Certificate made = server.certificate();

        made.verify(authority.own().certificate().getPublicKey());
        made.checkValidity();
        assertThat(made.getVersion()).isEqualTo(3);
        assertThat(made.getSerialNumber().bitLength()).isEqualTo(127);
        assertThat(made.getIssuerX500Principal())
                .isEqualTo(authority.own().certificate().getSubjectX500Principal());
        assertThat(made.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(made.getBasicConstraints()).isNegative();
        assertThat(made.getSubjectAlternativeNames())
                .extracting(name -> String.valueOf(name.get(1)))
                .containsExactly("garden.example", "*.Garden.example", "192.0.2.7", "2001:db8:0:0:0:0:0:7");
        assertThat(authority.own().certificate().getBasicConstraints()).isNotNegative();
    }

    @Test
    void validity_beyondTheYear2050_isKept() {
        CertifiedKey longLived = authority.issueClient("lamp", now, Duration.ofDays(36_500));

        assertThat(longLived.certificate().getNotAfter().toInstant().getEpochSecond())
                .isEqualTo(now.plus(Duration.ofDays(36_500)).getEpochSecond());
    }

    @Test
    void key_ofEachForm_isRead() throws Exception {
        ECPrivateKey own = (ECPrivateKey) server.key();
        byte[] octets = own.getS().toByteArray();
        byte[] scalar = new byte[32];
        for (int i = 1; i <= Math.min(32, octets.length); i++) {
            scalar[32 - i] = octets[octets.length - i];
        }
        byte[] curve = Der.objectIdentifier("1.2.840.10045.3.1.7");
        byte[] sec1 = Der.sequence(Der.integer(1), Der.octetString(scalar), Der.explicit(0, curve));
        Path file = file(Pem.write("EC PARAMETERS", curve) + Pem.write("EC PRIVATE KEY", sec1));
        ECPrivateKey read = (ECPrivateKey) CertifiedKey.read(certificate, file).key();
        assertThat(read.getS()).isEqualTo(own.getS());

        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        byte[] rsa = generator.generateKeyPair().getPrivate().getEncoded();
        byte[] pkcs1 = Arrays.copyOfRange(rsa, PKCS1_IN_PKCS8, rsa.length);
        assertThat(PrivateKeys.read(file(Pem.write("RSA PRIVATE KEY", pkcs1))).getEncoded())
                .isEqualTo(rsa);

        byte[] ed25519 = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        assertThat(PrivateKeys.read(file(Pem.write("PRIVATE KEY", ed25519))).getAlgorithm())
                .isEqualTo("EdDSA");
    }

    @Test
    void key_thatCannotBeUsed_saysWhy() throws IOException {
        assertRefused(
                certificate,
                file(Pem.write("ENCRYPTED PRIVATE KEY", new byte[9])),
                TlsFile.KEY,
                "the key is encrypted, and Pipit asks nobody for its password: decrypt it with"
                        + " 'openssl pkey -in other.pem -out plain.key'");
        assertRefused(certificate, file("""
                        -----BEGIN RSA PRIVATE KEY-----
                        Proc-Type: 4,ENCRYPTED
                        DEK-Info: AES-256-CBC,00

                        AAAA
                        -----END RSA PRIVATE KEY-----
                        """), TlsFile.KEY, "the key is encrypted");
        assertRefused(certificate, file(Pem.write("PRIVATE KEY", new byte[9])), TlsFile.KEY, "the key is damaged");
        assertRefused(certificate, certificate, TlsFile.KEY, "there is no private key in it");
        byte[] withoutCurve = Der.sequence(Der.integer(1), Der.octetString(new byte[32]));
        assertRefused(
                certificate, file(Pem.write("EC PRIVATE KEY", withoutCurve)), TlsFile.KEY, "the key names no curve");
        CertifiedKey other = authority.issueClient("lamp", now, HOUR);
        assertRefused(
                certificate,
                file(Pem.write("PRIVATE KEY", other.key().getEncoded())),
                TlsFile.KEY,
                "is not the key of the (first) certificate in " + certificate);
    }

    @Test
    void certificate_thatCannotBeUsed_saysWhy() throws IOException {
        assertRefused(file(Pem.write("CERTIFICATE", new byte[9])), key, TlsFile.CERTIFICATE, "certificate 1 in it is");
        assertRefused(key, key, TlsFile.CERTIFICATE, "there is no certificate in it");
        assertRefused(
                file("-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n"),
                key,
                TlsFile.CERTIFICATE,
                "the block CERTIFICATE is damaged");
        assertRefused(file(""), key, TlsFile.CERTIFICATE, "there is no line -----BEGIN ...-----");
        assertRefused(directory, key, TlsFile.CERTIFICATE, "is a directory");
        assertRefused(directory.resolve("none"), key, TlsFile.CERTIFICATE, "there is no such file");
    }

    @Test
    void revocationList_thatItsAuthorityHasNotSigned_isRefused() throws IOException {
        Path authorities = directory.resolve("ca.crt");
        authority.own().write(authorities, directory.resolve("ca.key"));
        CertificateAuthority forger = CertificateAuthority.create("Garden \u00fc", now, HOUR);
        Path forged = file(CertificateAuthority.pem(forger.revoke(List.of(server.certificate()), now, HOUR)));

        assertThatThrownBy(() -> TrustedAuthorities.read(authorities, List.of(forged)))
                .isInstanceOfSatisfying(TlsFileException.class, refused -> {
                    assertThat(refused.file()).isEqualTo(TlsFile.REVOCATIONS);
                    assertThat(refused.problem()).contains("is not signed by that authority");
                });
    }

    private static void check(TrustedAuthorities trusted, CertifiedKey client) throws CertificateException {
        X509TrustManager manager = (X509TrustManager) trusted.trustManagers().getTrustManagers()[0];
        manager.checkClientTrusted(client.chain().toArray(new X509Certificate[0]), "EC");
    }

    @ParameterizedTest
    @CsvSource({
        "true, false, 1, true",
        "true, true, 1, false",
        "false, false, 1, false",
        "true, false, -1, false",
    })
    void client_isTrustedOfAKnownAuthorityUnlessRevokedOrTheListIsOld(
            boolean known, boolean revoked, int listHours, boolean trusted) throws Exception {
        CertificateAuthority issuer = known ? authority : CertificateAuthority.create("Other", now, HOUR);
        CertifiedKey client = issuer.issueClient("lamp", now, HOUR);
        List<X509Certificate> listed = List.of(revoked ? client.certificate() : server.certificate());
        Instant made = listHours > 0 ? now : now.minus(Duration.ofHours(3));
        TrustedAuthorities authorities =
                new TrustedAuthorities(authority.own().chain(), List.of(authority.revoke(listed, made, HOUR)));

        if (trusted) {
            check(authorities, client);
        } else {
            assertThatThrownBy(() -> check(authorities, client)).isInstanceOf(CertificateException.class);
        }
    }

    @Test
    void authority_readAgain_issuesWhatItsCertificateStandsFor() throws Exception {
        Path own = directory.resolve("ca.crt");
        Path secret = directory.resolve("ca.key");
        authority.own().write(own, secret);

        CertifiedKey client = CertificateAuthority.read(own, secret).issueClient("lamp", now, HOUR);

        check(TrustedAuthorities.read(own, List.of()), client);
        assertThatThrownBy(() -> CertificateAuthority.read(certificate, key))
                .hasMessageEndingWith("is no authority's certificate");
    }

    @ParameterizedTest
    @CsvSource({"0, 020100", "127, 02017F", "128, 02020080", "65536, 0203010000"})
    void integer_isWrittenInTheFewestOctets(BigInteger number, String der) {
        assertThat(HexFormat.of().withUpperCase().formatHex(Der.integer(number)))
                .isEqualTo(der);
    }

    @ParameterizedTest
    @CsvSource({"127, 047F", "128, 048180", "255, 0481FF", "256, 04820100", "65536, 0483010000"})
    void length_ofEachForm_isWritten(int size, String start) {
        assertThat(HexFormat.of().withUpperCase().formatHex(Der.octetString(new byte[size])))
                .startsWith(start)
                .hasSize(start.length() + 2 * size);
    }
}
