package io.pipit.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An authority for development: makes keys on the curve P-256 and certificates for them (RFC 5280). Its own key lies in a
 * file without a password, so it is not for what the world is to trust. Any thread.
 */
public final class CertificateAuthority {
    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.objectIdentifier("1.2.840.10045.4.3.2"));
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String SUBJECT_KEY = "2.5.29.14";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String CRL_NUMBER = "2.5.29.20";
    private static final String AUTHORITY_KEY = "2.5.29.35";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String SERVER = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT = "1.3.6.1.5.5.7.3.2";
    private static final int DIGITAL_SIGNATURE = 0x80;
    private static final int CERTIFICATE_AND_CRL_SIGNATURE = 0x06;
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;
    private static final int IDENTIFIER_BYTES = 20;
    private static final int SERIAL_BITS = 126;
    /** For clocks that are behind. */
    private static final Duration BACKDATING = Duration.ofHours(1);

    private final CertifiedKey own;
    private final SecureRandom random;

    private CertificateAuthority(CertifiedKey own, SecureRandom random) {
        this.own = own;
        this.random = random;
    }

    /**
     * A new authority.
     *
     * @param name its common name
     * @param validity from now on
     */
    public static CertificateAuthority create(String name, Instant now, Duration validity) {
        SecureRandom random = new SecureRandom();
        KeyPair pair = keyPair(random);
        byte[] subject = name(name);
        List<byte[]> extensions = List.of(
                extension(BASIC_CONSTRAINTS, true, Der.sequence(Der.bool(true))),
                extension(KEY_USAGE, true, Der.namedBits(CERTIFICATE_AND_CRL_SIGNATURE)),
                extension(SUBJECT_KEY, false, Der.octetString(identifier(pair.getPublic()))));
        X509Certificate certificate =
                certificate(subject, subject, pair.getPublic(), extensions, now, validity, pair.getPrivate(), random);
        return new CertificateAuthority(new CertifiedKey(pair.getPrivate(), List.of(certificate)), random);
    }

    /**
     * An authority that was made before.
     *
     * @throws TlsFileException when a file is not what it should be, or the certificate is not an authority's
     */
    public static CertificateAuthority read(Path certificate, Path key) throws TlsFileException {
        CertifiedKey own = CertifiedKey.read(certificate, key);
        if (own.certificate().getBasicConstraints() < 0) {
            throw new TlsFileException(TlsFile.CERTIFICATE, certificate, "is no authority's certificate");
        }
        if (!own.key().getAlgorithm().equals("EC")) {
            throw new TlsFileException(
                    TlsFile.KEY, key, "is no key of an elliptic curve: only authorities that Pipit has made can issue");
        }
        return new CertificateAuthority(own, new SecureRandom());
    }

    /** Its key and certificate. */
    public CertifiedKey own() {
        return own;
    }

    /**
     * A new key with a certificate for a server.
     *
     * @param names host names and IP addresses, at least one; the first is the common name
     */
    public CertifiedKey issueServer(List<String> names, Instant now, Duration validity) {
        byte[][] alternatives =
                names.stream().map(CertificateAuthority::alternative).toArray(byte[][]::new);
        return issue(names.getFirst(), SERVER, List.of(Der.sequence(alternatives)), now, validity);
    }

    /**
     * A new key with a certificate for a client.
     *
     * @param name its common name, which the broker can take for a user name
     */
    public CertifiedKey issueClient(String name, Instant now, Duration validity) {
        return issue(name, CLIENT, List.of(), now, validity);
    }

    private CertifiedKey issue(String name, String usage, List<byte[]> alternatives, Instant now, Duration validity) {
        KeyPair pair = keyPair(random);
        List<byte[]> extensions = new ArrayList<>(List.of(
                extension(BASIC_CONSTRAINTS, true, Der.sequence()),
                extension(KEY_USAGE, true, Der.namedBits(DIGITAL_SIGNATURE)),
                extension(EXTENDED_KEY_USAGE, false, Der.sequence(Der.objectIdentifier(usage))),
                extension(SUBJECT_KEY, false, Der.octetString(identifier(pair.getPublic()))),
                authorityKey()));
        alternatives.forEach(names -> extensions.add(extension(ALTERNATIVE_NAMES, false, names)));
        X509Certificate certificate = certificate(
                own.certificate().getSubjectX500Principal().getEncoded(),
                name(name),
                pair.getPublic(),
                extensions,
                now,
                validity,
                own.key(),
                random);
        return new CertifiedKey(pair.getPrivate(), List.of(certificate));
    }

    private byte[] authorityKey() {
        byte[] identifier = identifier(own.certificate().getPublicKey());
        return extension(AUTHORITY_KEY, false, Der.sequence(Der.implicit(0, identifier)));
    }

    /**
     * A list of certificates that it no longer stands for.
     *
     * @param validity until the next list is due
     */
    public X509CRL revoke(List<X509Certificate> revoked, Instant now, Duration validity) {
        byte[] since = Der.time(now.minus(BACKDATING));
        byte[][] entries = revoked.stream()
                .map(certificate -> Der.sequence(Der.integer(certificate.getSerialNumber()), since))
                .toArray(byte[][]::new);
        byte[] number = extension(CRL_NUMBER, false, Der.integer(now.toEpochMilli()));
        byte[] list = Der.sequence(
                Der.integer(1),
                ECDSA_WITH_SHA256,
                own.certificate().getSubjectX500Principal().getEncoded(),
                since,
                Der.time(now.plus(validity)),
                entries.length == 0 ? new byte[0] : Der.sequence(entries),
                Der.explicit(0, Der.sequence(authorityKey(), number)));
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            return (X509CRL) factory.generateCRL(new ByteArrayInputStream(signed(list, own.key())));
        } catch (CertificateException | CRLException impossible) {
            throw new IllegalStateException("a revocation list that was just made cannot be read", impossible);
        }
    }

    /** A revocation list as the content of a file. */
    public static String pem(X509CRL list) {
        try {
            return Pem.write("X509 CRL", list.getEncoded());
        } catch (CRLException impossible) {
            throw new IllegalStateException("a revocation list cannot be written", impossible);
        }
    }

    private static X509Certificate certificate(
            byte[] issuer,
            byte[] subject,
            PublicKey subjectKey,
            List<byte[]> extensions,
            Instant now,
            Duration validity,
            PrivateKey issuerKey,
            SecureRandom random) {
        byte[] certificate = Der.sequence(
                Der.explicit(0, Der.integer(2)),
                Der.integer(new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS)),
                ECDSA_WITH_SHA256,
                issuer,
                Der.sequence(Der.time(now.minus(BACKDATING)), Der.time(now.plus(validity))),
                subject,
                subjectKey.getEncoded(),
                Der.explicit(3, Der.sequence(extensions.toArray(new byte[0][]))));
        try {
            return Certificates.parse(signed(certificate, issuerKey));
        } catch (CertificateException impossible) {
            throw new IllegalStateException("a certificate that was just made cannot be read", impossible);
        }
    }

    private static byte[] signed(byte[] content, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(content);
            return Der.sequence(content, ECDSA_WITH_SHA256, Der.bitString(signature.sign()));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a certificate cannot be signed", impossible);
        }
    }

    private static KeyPair keyPair(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has P-256", impossible);
        }
    }

    /** RFC 7093, section 2: the left 160 bits of a SHA-256. */
    private static byte[] identifier(PublicKey key) {
        try {
            return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()), IDENTIFIER_BYTES);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    private static byte[] name(String commonName) {
        return Der.sequence(Der.set(Der.sequence(Der.objectIdentifier(COMMON_NAME), Der.utf8(commonName))));
    }

    private static byte[] alternative(String name) {
        boolean isAddress = name.contains(":") || name.matches("[0-9.]+");
        return isAddress
                ? Der.implicit(IP_ADDRESS, InetAddress.ofLiteral(name).getAddress())
                : Der.implicit(DNS_NAME, name.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] extension(String identifier, boolean critical, byte[] value) {
        byte[] id = Der.objectIdentifier(identifier);
        return critical
                ? Der.sequence(id, Der.bool(true), Der.octetString(value))
                : Der.sequence(id, Der.octetString(value));
    }
}
