package io.pipit.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/**
 * A private key, and the certificate that says whose it is.
 *
 * @param chain the certificate first, then those that certify it, without the authority's own
 */
public record CertifiedKey(PrivateKey key, List<X509Certificate> chain) {
    private static final Integer DNS_NAME = 2;
    private static final char[] NO_PASSWORD = {};
    private static final byte[] PROBE = {1, 2, 3};

    public CertifiedKey {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a key without a certificate");
        }
    }

    /**
     * Reads the two files.
     *
     * @throws TlsFileException when one cannot be read, is damaged, or the key is that of another certificate
     */
    public static CertifiedKey read(Path certificate, Path key) throws TlsFileException {
        List<X509Certificate> chain = Certificates.read(TlsFile.CERTIFICATE, certificate);
        PrivateKey secret = PrivateKeys.read(key);
        if (!belongTogether(secret, chain.getFirst().getPublicKey())) {
            throw new TlsFileException(
                    TlsFile.KEY,
                    key,
                    "is not the key of the (first) certificate in " + certificate
                            + ": give the key that the certificate was asked for with");
        }
        return new CertifiedKey(secret, chain);
    }

    private static boolean belongTogether(PrivateKey key, PublicKey certified) {
        try {
            Signature signature = Signature.getInstance(signatureOf(key));
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException ofAnotherKind) {
            return false;
        }
    }

    private static String signatureOf(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
    }

    /** The certificate of the key. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** The host names that the certificate is for, in lower case; {@code *.example.org} stands for one level. */
    public List<String> hostNames() {
        List<String> names = new ArrayList<>();
        try {
            var alternatives = certificate().getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    if (DNS_NAME.equals(alternative.get(0))) {
                        names.add(String.valueOf(alternative.get(1)).toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException unreadable) {
            return List.of();
        }
        return names;
    }

    /** What gives the key to a connection. */
    public KeyManager[] keyManagers() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("key", key, NO_PASSWORD, chain.toArray(new Certificate[0]));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException("a key in memory cannot be used", impossible);
        }
    }

    /**
     * Writes the two files, which must not be there yet; only the user that runs this may read the key.
     *
     * @throws java.nio.file.FileAlreadyExistsException when one is
     */
    public void write(Path certificate, Path secret) throws IOException {
        Pem.create(secret, Pem.write("PRIVATE KEY", key.getEncoded()), true);
        Pem.create(certificate, Pem.write(chain), false);
    }

    /** Does not show the key. */
    @Override
    public String toString() {
        return "key of " + certificate().getSubjectX500Principal();
    }
}
