package io.pipit.server;

import io.pipit.tls.CertifiedKey;
import io.pipit.tls.TlsFile;
import io.pipit.tls.TlsFileException;
import io.pipit.tls.TlsVersion;
import io.pipit.tls.TrustedAuthorities;
import io.pipit.transport.ClientCertificates;
import io.pipit.transport.TlsProvider;
import io.pipit.transport.TlsSettings;
import io.pipit.transport.UserNameFrom;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The keys of TLS: in the section {@code tls}, and once more in that of each listener, which has what the first says unless
 * it says otherwise.
 */
final class TlsTree {
    /** The keys below either section. */
    static final List<String> KEYS = List.of(
            "cert",
            "key",
            "ca",
            "crl",
            "client-certificates",
            "user-name-from",
            "versions",
            "ciphers",
            "provider",
            "handshake-timeout",
            "max-handshakes");

    static final String GENERAL = "tls.";
    private static final String NONE = "none";
    private static final Duration LONGEST_HANDSHAKE = Duration.ofMinutes(10);

    /** Whose TLS. */
    enum Provider {
        /** The best one of this machine. */
        AUTO,
        OPENSSL,
        JDK;

        TlsProvider chosen() {
            return switch (this) {
                case AUTO -> TlsProvider.best();
                case OPENSSL -> TlsProvider.OPENSSL;
                case JDK -> TlsProvider.JDK;
            };
        }
    }

    /** What a section says. */
    record Section(
            List<String> certificates,
            List<String> keys,
            List<String> authorities,
            List<String> revocations,
            ClientCertificates clientCertificates,
            UserNameFrom userNameFrom,
            List<TlsVersion> versions,
            List<String> ciphers,
            Provider provider,
            Duration handshakeTimeout,
            int mostHandshakes) {
        static final Section DEFAULT = new Section(
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                ClientCertificates.OFF,
                UserNameFrom.NONE,
                List.of(TlsVersion.values()),
                List.of(),
                Provider.AUTO,
                Duration.ofSeconds(10),
                1000);
    }

    private final Values values;

    TlsTree(Values values) {
        this.values = values;
    }

    /**
     * Asks for every key of a section.
     *
     * @param prefix of its keys, with the dot
     */
    Section read(String prefix, Section byDefault) {
        return new Section(
                files(prefix + "cert", byDefault.certificates(), "none, or files in PEM form"),
                files(prefix + "key", byDefault.keys(), "none, or a file in PEM form for each of cert"),
                files(prefix + "ca", byDefault.authorities(), "none, or a file in PEM form"),
                files(prefix + "crl", byDefault.revocations(), "none, or files in PEM form"),
                values.choice(
                        prefix + "client-certificates", byDefault.clientCertificates(), ClientCertificates.values()),
                values.choice(prefix + "user-name-from", byDefault.userNameFrom(), UserNameFrom.values()),
                versions(prefix + "versions", byDefault.versions()),
                files(
                        prefix + "ciphers",
                        byDefault.ciphers(),
                        "none for those of the library, or names of cipher suites"),
                values.choice(prefix + "provider", byDefault.provider(), Provider.values()),
                values.duration(prefix + "handshake-timeout", byDefault.handshakeTimeout(), LONGEST_HANDSHAKE),
                values.integer(prefix + "max-handshakes", byDefault.mostHandshakes(), 0, Integer.MAX_VALUE));
    }

    private List<String> files(String key, List<String> byDefault, String allowed) {
        return values.value(
                key,
                byDefault,
                allowed,
                text -> text.equals(NONE) ? List.of() : items(text),
                list -> list.isEmpty() ? NONE : Values.quoted(list));
    }

    private static @Nullable List<String> items(String text) {
        List<String> items = Arrays.stream(text.split(",")).map(String::strip).toList();
        return items.contains("") ? null : items;
    }

    private List<TlsVersion> versions(String key, List<TlsVersion> byDefault) {
        return values.value(
                key,
                byDefault,
                "one or both of 1.2, 1.3",
                text -> {
                    List<String> wanted = items(text);
                    List<TlsVersion> known = Arrays.stream(TlsVersion.values())
                            .filter(version -> wanted != null && wanted.contains(version.toString()))
                            .toList();
                    return wanted == null || known.size() != wanted.size() ? null : known;
                },
                list -> list.stream().map(TlsVersion::toString).collect(Collectors.joining(", ", "[", "]")));
    }

    /**
     * What a listener with this section does, or null when that does not go together, which is a problem then. The files
     * are read, so that what is wrong with them is one, too.
     */
    @Nullable
    TlsSettings settings(String listener, String prefix, Section section) {
        List<String> wrong = new ArrayList<>();
        if (section.certificates().isEmpty()) {
            wrong.add("listener " + listener + " needs a certificate and its key: set " + GENERAL + "cert and "
                    + GENERAL + "key ('pipit cert' makes some to try it with), or take the listener away");
        } else if (section.keys().size() != section.certificates().size()) {
            wrong.add(name(prefix, "key") + " names " + section.keys().size() + " files, and " + name(prefix, "cert")
                    + " " + section.certificates().size() + ": each certificate needs its key, in the same order");
        }
        boolean asksClients = section.clientCertificates() != ClientCertificates.OFF;
        if (section.authorities().size() > 1) {
            wrong.add(name(prefix, "ca") + " names more than one file: put all certificates into one");
        } else if (asksClients && section.authorities().isEmpty()) {
            wrong.add(name(prefix, "client-certificates") + " is "
                    + Values.kebab(section.clientCertificates()) + ", which needs to know who issues them: set "
                    + name(prefix, "ca"));
        }
        if (!section.revocations().isEmpty() && section.authorities().isEmpty()) {
            wrong.add(name(prefix, "crl") + " needs " + name(prefix, "ca"));
        }
        if (section.userNameFrom() != UserNameFrom.NONE && !asksClients) {
            wrong.add(name(prefix, "user-name-from") + " is " + Values.kebab(section.userNameFrom()) + ", and "
                    + name(prefix, "client-certificates") + " is off: set that to required or optional");
        }
        TlsProvider provider = section.provider().chosen();
        checkProvider(prefix, section, provider, wrong);
        if (!wrong.isEmpty()) {
            wrong.forEach(values::problem);
            return null;
        }
        TlsSettings settings = settings(section, provider);
        checkFiles(prefix, settings);
        return settings;
    }

    private void checkProvider(String prefix, Section section, TlsProvider provider, List<String> wrong) {
        if (!provider.isAvailable()) {
            wrong.add(name(prefix, "provider")
                    + " is openssl, and its library does not run on this machine: set auto or" + " jdk");
            return;
        }
        if (section.ciphers().isEmpty()) {
            return;
        }
        Set<String> known = provider.ciphers();
        for (String cipher : section.ciphers()) {
            if (!known.contains(cipher)) {
                String nearest = NearestKey.to(cipher, known);
                wrong.add(name(prefix, "ciphers") + " names " + cipher + ", which " + Values.kebab(provider)
                        + " does not know" + (nearest == null ? "" : "; did you mean " + nearest + "?"));
            }
        }
    }

    private static TlsSettings settings(Section section, TlsProvider provider) {
        List<TlsSettings.KeyFiles> keys = new ArrayList<>();
        for (int i = 0; i < section.keys().size(); i++) {
            keys.add(new TlsSettings.KeyFiles(
                    Path.of(section.certificates().get(i)),
                    Path.of(section.keys().get(i))));
        }
        boolean asksClients = section.clientCertificates() != ClientCertificates.OFF;
        return new TlsSettings(
                keys,
                asksClients ? Path.of(section.authorities().getFirst()) : null,
                asksClients ? section.revocations().stream().map(Path::of).toList() : List.of(),
                section.clientCertificates(),
                section.userNameFrom(),
                section.versions(),
                section.ciphers(),
                provider,
                section.handshakeTimeout(),
                section.mostHandshakes());
    }

    private void checkFiles(String prefix, TlsSettings settings) {
        for (TlsSettings.KeyFiles files : settings.keys()) {
            try {
                CertifiedKey.read(files.certificate(), files.key());
            } catch (TlsFileException unusable) {
                unusable(prefix, unusable);
            }
        }
        Path authorities = settings.authorities();
        if (authorities != null) {
            try {
                TrustedAuthorities.read(authorities, settings.revocations());
            } catch (TlsFileException unusable) {
                unusable(prefix, unusable);
            }
        }
    }

    private void unusable(String prefix, TlsFileException why) {
        values.problem(name(prefix, key(why.file())) + ": " + why.getMessage());
    }

    private static String key(TlsFile file) {
        return switch (file) {
            case CERTIFICATE -> "cert";
            case KEY -> "key";
            case AUTHORITIES -> "ca";
            case REVOCATIONS -> "crl";
        };
    }

    /** Where a value was given: in the section of the listener, or in the general one. */
    private String name(String prefix, String key) {
        return values.isGiven(prefix + key) ? prefix + key : GENERAL + key;
    }
}
