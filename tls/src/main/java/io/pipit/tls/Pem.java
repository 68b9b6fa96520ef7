package io.pipit.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files of the form of RFC 7468: blocks of Base64 between lines that say what they are. */
final class Pem {
    /** One block. */
    static final class Block {
        private final String label;
        private final boolean encrypted;
        private final byte[] content;

        private Block(String label, boolean encrypted, byte[] content) {
            this.label = label;
            this.encrypted = encrypted;
            this.content = content;
        }

        /** What stands behind BEGIN. */
        String label() {
            return label;
        }

        /** Whether a header says that the content is encrypted, as OpenSSL's old form of keys does. */
        boolean isEncrypted() {
            return encrypted;
        }

        byte[] content() {
            return content.clone();
        }
    }

    private static final long MOST_BYTES = 64L << 20;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final Pattern HEADER = Pattern.compile("(?m)^[A-Za-z-]+:.*$");
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private Pem() {}

    /** The blocks of a file. */
    static List<Block> read(TlsFile file, Path path) throws TlsFileException {
        String text = text(file, path);
        List<Block> blocks = new ArrayList<>();
        for (Matcher matcher = BLOCK.matcher(text); matcher.find(); ) {
            String body = matcher.group(2);
            try {
                byte[] bytes =
                        Base64.getMimeDecoder().decode(HEADER.matcher(body).replaceAll(""));
                blocks.add(new Block(matcher.group(1), body.contains("ENCRYPTED"), bytes));
            } catch (IllegalArgumentException damaged) {
                throw new TlsFileException(file, path, "the block " + matcher.group(1) + " is damaged", damaged);
            }
        }
        if (blocks.isEmpty()) {
            throw new TlsFileException(
                    file, path, "there is no line -----BEGIN ...----- in it: a file in PEM form is expected");
        }
        return blocks;
    }

    private static String text(TlsFile file, Path path) throws TlsFileException {
        try {
            if (Files.isDirectory(path)) {
                throw new TlsFileException(file, path, "is a directory; name a file in PEM form");
            }
            if (Files.size(path) > MOST_BYTES) {
                throw new TlsFileException(file, path, "is larger than 64 MiB, and so hardly the right file");
            }
            return Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException missing) {
            throw new TlsFileException(file, path, "there is no such file", missing);
        } catch (AccessDeniedException denied) {
            throw new TlsFileException(
                    file, path, "may not be read; let the user that runs Pipit read it, and nobody else", denied);
        } catch (TlsFileException known) {
            throw known;
        } catch (IOException unreadable) {
            throw new TlsFileException(file, path, "cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    /**
     * Writes a new file.
     *
     * @param secret whether nobody else may read it, where the system has permissions
     */
    static void create(Path path, String text, boolean secret) throws IOException {
        boolean hasPermissions =
                path.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (secret && hasPermissions) {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } else {
            Files.createFile(path);
        }
        Files.writeString(path, text, StandardCharsets.US_ASCII);
    }

    /** Certificates as the content of a file. */
    static String write(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            try {
                text.append(write("CERTIFICATE", certificate.getEncoded()));
            } catch (CertificateEncodingException impossible) {
                throw new IllegalStateException("a certificate that was read cannot be written", impossible);
            }
        }
        return text.toString();
    }

    /** A block as text. */
    static String write(String label, byte[] bytes) {
        return "-----BEGIN " + label + "-----\n" + LINES.encodeToString(bytes) + "\n-----END " + label + "-----\n";
    }
}
