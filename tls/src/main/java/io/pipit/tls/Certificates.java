package io.pipit.tls;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Reads certificates and revocation lists. */
final class Certificates {
    private static final CertificateFactory X509 = factory();

    private Certificates() {}

    private static CertificateFactory factory() {
        try {
            return CertificateFactory.getInstance("X.509");
        } catch (CertificateException impossible) {
            throw new IllegalStateException("every Java has X.509", impossible);
        }
    }

    /** The certificates of a file, at least one. */
    static List<X509Certificate> read(TlsFile file, Path path) throws TlsFileException {
        List<X509Certificate> found = new ArrayList<>();
        for (Pem.Block block : Pem.read(file, path)) {
            if (block.label().endsWith("CERTIFICATE")) {
                try {
                    found.add(parse(block.content()));
                } catch (CertificateException damaged) {
                    throw new TlsFileException(
                            file, path, "certificate " + (found.size() + 1) + " in it is damaged", damaged);
                }
            }
        }
        if (found.isEmpty()) {
            throw new TlsFileException(file, path, "there is no certificate in it");
        }
        return found;
    }

    static X509Certificate parse(byte[] der) throws CertificateException {
        return (X509Certificate) X509.generateCertificate(new ByteArrayInputStream(der));
    }

    /** The revocation lists of a file, at least one. */
    static List<X509CRL> readRevocations(Path path) throws TlsFileException {
        List<X509CRL> found = new ArrayList<>();
        for (Pem.Block block : Pem.read(TlsFile.REVOCATIONS, path)) {
            if (block.label().equals("X509 CRL")) {
                try {
                    found.add((X509CRL) X509.generateCRL(new ByteArrayInputStream(block.content())));
                } catch (CRLException damaged) {
                    throw new TlsFileException(
                            TlsFile.REVOCATIONS,
                            path,
                            "revocation list " + (found.size() + 1) + " in it is damaged",
                            damaged);
                }
            }
        }
        if (found.isEmpty()) {
            throw new TlsFileException(TlsFile.REVOCATIONS, path, "there is no revocation list in it");
        }
        return found;
    }
}
