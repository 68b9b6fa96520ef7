package io.pipit.tls;

import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads private keys: PKCS #8, and the older forms of OpenSSL for RSA and elliptic curves. */
final class PrivateKeys {
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA", "RSASSA-PSS");
    private static final byte[] RSA = Der.sequence(Der.objectIdentifier("1.2.840.113549.1.1.1"), Der.nothing());
    private static final byte[] EC = Der.objectIdentifier("1.2.840.10045.2.1");
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int PARAMETERS = 0xA0;

    private PrivateKeys() {}

    /** The one key of a file. */
    static PrivateKey read(Path path) throws TlsFileException {
        for (Pem.Block block : Pem.read(TlsFile.KEY, path)) {
            byte[] bytes = block.content();
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return key(path, bytes);
                }
                case "RSA PRIVATE KEY" -> {
                    requirePlain(path, block.isEncrypted());
                    return key(path, Der.sequence(Der.integer(0), RSA, Der.octetString(bytes)));
                }
                case "EC PRIVATE KEY" -> {
                    requirePlain(path, block.isEncrypted());
                    byte[] algorithm = Der.sequence(EC, curve(path, bytes));
                    return key(path, Der.sequence(Der.integer(0), algorithm, Der.octetString(bytes)));
                }
                case "ENCRYPTED PRIVATE KEY" -> requirePlain(path, true);
                default -> {} // parameters of a curve, or a certificate in the same file
            }
        }
        throw new TlsFileException(TlsFile.KEY, path, "there is no private key in it");
    }

    private static void requirePlain(Path path, boolean encrypted) throws TlsFileException {
        if (encrypted) {
            throw new TlsFileException(
                    TlsFile.KEY,
                    path,
                    "the key is encrypted, and Pipit asks nobody for its password: decrypt it with"
                            + " 'openssl pkey -in " + path.getFileName() + " -out plain.key', a file that only the user"
                            + " that runs Pipit may read");
        }
    }

    /** The object identifier in the parameters of an ECPrivateKey (RFC 5915). */
    private static byte[] curve(Path path, byte[] key) throws TlsFileException {
        for (int i = 0; i + 3 < key.length; i++) {
            int size = key[i + 1];
            boolean found = (key[i] & 0xFF) == PARAMETERS
                    && key[i + 2] == OBJECT_IDENTIFIER
                    && key[i + 3] == size - 2
                    && i + 2 + size <= key.length;
            if (found) {
                return Arrays.copyOfRange(key, i + 2, i + 2 + size);
            }
        }
        throw new TlsFileException(
                TlsFile.KEY,
                path,
                "the key names no curve: write it anew with 'openssl pkey -in " + path.getFileName()
                        + " -out new.key'");
    }

    private static PrivateKey key(Path path, byte[] pkcs8) throws TlsFileException {
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(pkcs8);
        for (String algorithm : ALGORITHMS) {
            PrivateKey key = key(algorithm, encoded);
            if (key != null) {
                return key;
            }
        }
        throw new TlsFileException(
                TlsFile.KEY, path, "the key is damaged, or none of RSA, an elliptic curve or Ed25519");
    }

    private static @Nullable PrivateKey key(String algorithm, PKCS8EncodedKeySpec encoded) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
        } catch (InvalidKeySpecException ofAnotherAlgorithm) {
            return null;
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every Java has " + algorithm, absent);
        }
    }
}
