package io.pipit.transport;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** What of a client's certificate is its user name, in place of that in CONNECT. */
public enum UserNameFrom {
    /** Nothing: the user name is that of CONNECT. */
    NONE,
    /** The common name of the subject. */
    CN,
    /** The whole subject, in the form of RFC 2253: {@code CN=lamp 7,O=Garden}. */
    SUBJECT;

    private static final Map<String, String> KEYWORDS = Map.of("1.2.840.113549.1.9.1", "emailAddress");

    /** The user name, or null when the certificate has none that MQTT allows. */
    @Nullable
    String of(X509Certificate certificate) {
        X500Principal subject = certificate.getSubjectX500Principal();
        String name = switch (this) {
            case NONE -> null;
            case CN -> commonName(subject);
            case SUBJECT -> subject.getName(X500Principal.RFC2253, KEYWORDS);
        };
        boolean isUsable = name != null && !name.isEmpty() && name.chars().noneMatch(Character::isISOControl);
        return isUsable ? name : null;
    }

    /** The most specific one. */
    private static @Nullable String commonName(X500Principal subject) {
        try {
            List<Rdn> rdns = new LdapName(subject.getName(X500Principal.RFC2253)).getRdns();
            for (Rdn rdn : rdns.reversed()) {
                if (rdn.getType().equalsIgnoreCase("CN") && rdn.getValue() instanceof String name) {
                    return name;
                }
            }
            return null;
        } catch (InvalidNameException unreadable) {
            return null;
        }
    }
}
