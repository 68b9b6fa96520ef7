package io.pipit.tls;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;

/**
 * Whose certificates are believed.
 *
 * @param authorities at least one; each is trusted itself, whoever has issued it
 * @param revocations when there are any, each certificate of a peer's chain needs one of its issuer that is up to date;
 *     when there are none, nothing is asked
 */
public record TrustedAuthorities(List<X509Certificate> authorities, List<X509CRL> revocations) {
    public TrustedAuthorities {
        authorities = List.copyOf(authorities);
        revocations = List.copyOf(revocations);
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("nobody is trusted");
        }
    }

    /**
     * Reads the files.
     *
     * @throws TlsFileException when one cannot be read or is damaged, or a revocation list is nobody's of these
     */
    public static TrustedAuthorities read(Path authorities, List<Path> revocations) throws TlsFileException {
        List<X509Certificate> trusted = Certificates.read(TlsFile.AUTHORITIES, authorities);
        List<X509CRL> lists = new ArrayList<>();
        for (Path path : revocations) {
            for (X509CRL list : Certificates.readRevocations(path)) {
                requireIssuer(path, list, trusted);
                lists.add(list);
            }
        }
        return new TrustedAuthorities(trusted, lists);
    }

    /** A list of an intermediate authority, which is not among those that are trusted, is checked when it is used. */
    private static void requireIssuer(Path path, X509CRL list, List<X509Certificate> trusted) throws TlsFileException {
        for (X509Certificate authority : trusted) {
            if (!authority.getSubjectX500Principal().equals(list.getIssuerX500Principal())) {
                continue;
            }
            try {
                list.verify(authority.getPublicKey());
                return;
            } catch (GeneralSecurityException forged) {
                throw new TlsFileException(
                        TlsFile.REVOCATIONS,
                        path,
                        "the list of " + list.getIssuerX500Principal() + " is not signed by that authority",
                        forged);
            }
        }
    }

    /** What decides about a peer's certificate. */
    public TrustManagerFactory trustManagers() {
        try {
            Set<TrustAnchor> anchors = new HashSet<>();
            authorities.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
            parameters.setRevocationEnabled(!revocations.isEmpty());
            if (!revocations.isEmpty()) {
                parameters.addCertStore(
                        CertStore.getInstance("Collection", new CollectionCertStoreParameters(revocations)));
                PKIXRevocationChecker checker = (PKIXRevocationChecker)
                        CertPathBuilder.getInstance("PKIX").getRevocationChecker();
                checker.setOptions(EnumSet.of( // nobody is asked over the network
                        PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
                parameters.addCertPathChecker(checker);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(parameters));
            return factory;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("certificates cannot be checked", impossible);
        }
    }
}
