package io.pipit.cli;

import io.pipit.client.TlsOptions;
import io.pipit.tls.TlsVersion;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The flags of pub and sub that are about TLS. */
final class TlsFlags {
    private @Nullable String first;
    private @Nullable Path authorities;
    private @Nullable Path certificate;
    private @Nullable Path key;
    private boolean insecure;
    private boolean authoritiesOfJava;
    private @Nullable String version;
    private @Nullable String ciphers;
    private @Nullable String applicationProtocol;

    /** Takes a flag with its value, if it is one of these. */
    boolean take(String flag, Arguments arguments) throws UsageException {
        switch (flag) {
            case "--cafile" -> authorities = Path.of(arguments.value("a file"));
            case "--cert" -> certificate = Path.of(arguments.value("a file"));
            case "--key" -> key = Path.of(arguments.value("a file"));
            case "--insecure" -> insecure = true;
            case "--tls-use-os-certs" -> authoritiesOfJava = true;
            case "--tls-version" -> version = known(arguments.value("a version"));
            case "--ciphers" -> ciphers = arguments.value("cipher suites");
            case "--tls-alpn" -> applicationProtocol = arguments.value("a protocol");
            default -> {
                return false;
            }
        }
        first = first == null ? flag : first;
        return true;
    }

    private static String known(String text) throws UsageException {
        String number = text.toLowerCase(Locale.ROOT).replace("tlsv", "");
        for (TlsVersion version : TlsVersion.values()) {
            if (version.toString().equals(number)) {
                return number;
            }
        }
        throw new UsageException("--tls-version " + text + ": the version is tlsv1.2 or tlsv1.3");
    }

    /** Whether one of them alone asks for TLS, as it does with mosquitto's commands. */
    boolean isWanted() {
        return authorities != null || certificate != null || authoritiesOfJava;
    }

    /** None of them may be given where there is no TLS. */
    void requireUnused() throws UsageException {
        if (first != null) {
            throw new UsageException(first + " is for TLS: use it with a URL of mqtts:// or wss://, or name the"
                    + " authority with --cafile");
        }
    }

    /** What they come to; checks what belongs together. */
    TlsOptions options() throws UsageException {
        if ((certificate == null) != (key == null)) {
            throw new UsageException("--cert and --key belong together");
        }
        TlsOptions options = TlsOptions.DEFAULT;
        if (authorities != null) {
            options = options.withAuthorities(authorities);
        }
        if (certificate != null && key != null) {
            options = options.withCertificate(certificate, key);
        }
        if (insecure) {
            options = options.withoutHostName();
        }
        for (TlsVersion known : TlsVersion.values()) {
            if (known.toString().equals(version)) {
                options = options.withVersions(known);
            }
        }
        if (ciphers != null) {
            options = options.withCiphers(ciphers.split("[:,]", -1));
        }
        return applicationProtocol == null ? options : options.withApplicationProtocols(applicationProtocol);
    }
}
