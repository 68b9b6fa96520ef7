package io.pipit.cli;

import io.pipit.tls.CertificateAuthority;
import io.pipit.tls.CertifiedKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code pipit cert}: makes an authority for development, and certificates of servers and clients. */
final class CertCommand {
    private static final String HELP = """
            Usage: pipit cert server HOST... [flags]
                   pipit cert client NAME [flags]
                   pipit cert ca [flags]

            Makes certificates to try TLS with, and the authority that issues them, when there is none in the directory.
            Its key has no password: use it for development and tests.

              pipit cert server localhost
              pipit serve --mqtts-port 8883 --cert server.crt --key server.key
              pipit sub --cafile ca.crt -t '#' -v

            What is made:
              ca                     ca.crt and ca.key: an authority
              server HOST...         server.crt and server.key, for these host names and IP addresses
              client NAME            NAME.crt and NAME.key; NAME can be the user name: tls.user-name-from

            Flags:
              --dir DIR              where, the current directory if not given
              --out NAME             other names for the files: NAME.crt and NAME.key
              --days DAYS            how long the certificate is valid, 1 to 36500; 365 if not given, an authority 3650
              --help                 show this

            Files that are there already are not overwritten. Exit status: 0 made; 1 not; 2 wrong flags.
            """;

    private static final String AUTHORITY = "ca";
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9*]([A-Za-z0-9.:-]*[A-Za-z0-9])?|::[0-9a-f:]*");
    private static final long AUTHORITY_DAYS = 3650;
    private static final long DAYS = 365;
    private static final long MOST_DAYS = 36_500;

    private final Terminal terminal;
    private final Instant now = Instant.now();
    private final List<String> words = new ArrayList<>();
    private Path directory = Path.of("");
    private @Nullable String out;
    private long days;

    private CertCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Runs it and returns the exit status. */
    static int run(Arguments arguments, Terminal terminal) {
        return new CertCommand(terminal).run(arguments);
    }

    private int run(Arguments arguments) {
        try {
            if (!read(arguments)) {
                terminal.line(HELP.strip());
                return ExitStatus.OK;
            }
            make();
            return ExitStatus.OK;
        } catch (UsageException wrong) {
            terminal.error("pipit cert: " + wrong.getMessage() + "\nSee 'pipit cert --help'.");
            return ExitStatus.USAGE;
        } catch (FileAlreadyExistsException there) {
            terminal.error("pipit cert: " + there.getMessage()
                    + " is there already: take it away, or name other files with --out or --dir");
            return ExitStatus.FAILED;
        } catch (IOException failed) {
            terminal.error("pipit cert: " + failed.getMessage());
            return ExitStatus.FAILED;
        }
    }

    /** False when help is asked for. */
    private boolean read(Arguments arguments) throws UsageException {
        while (arguments.hasNext()) {
            String word = arguments.nextFlag();
            switch (word) {
                case "--dir" -> directory = Path.of(arguments.value("a directory"));
                case "--out" -> out = arguments.value("a name");
                case "--days" -> days = arguments.number("the validity", 1, MOST_DAYS);
                case "-h", "--help" -> {
                    return false;
                }
                default -> {
                    if (word.startsWith("-")) {
                        throw new UsageException("there is no flag " + word);
                    }
                    words.add(word);
                }
            }
        }
        arguments.requireTaken();
        return true;
    }

    private void make() throws UsageException, IOException {
        String what = words.isEmpty() ? "" : words.removeFirst();
        switch (what) {
            case "ca" -> {
                requireWords(words.isEmpty(), "ca needs no name");
                makeAuthority(out == null ? AUTHORITY : out);
            }
            case "server" -> {
                requireWords(!words.isEmpty(), "server needs the names of its host, such as localhost");
                for (String host : words) {
                    requireWords(HOST.matcher(host).matches(), host + " is no host name or IP address");
                }
                CertificateAuthority authority = authority();
                write(authority.issueServer(words, now, validity(DAYS)), out == null ? "server" : out);
            }
            case "client" -> {
                requireWords(words.size() == 1, "client needs one name");
                String name = words.getFirst();
                String file = out == null ? name : out;
                requireWords(
                        !file.isEmpty() && Path.of(file).getNameCount() == 1 && !file.startsWith("."),
                        name + " is no name for a file: give another with --out");
                CertificateAuthority authority = authority();
                write(authority.issueClient(name, now, validity(DAYS)), file);
            }
            default -> throw new UsageException("ca, server or client?");
        }
    }

    private static void requireWords(boolean right, String problem) throws UsageException {
        if (!right) {
            throw new UsageException(problem);
        }
    }

    private Duration validity(long byDefault) {
        return Duration.ofDays(days == 0 ? byDefault : days);
    }

    private CertificateAuthority authority() throws IOException {
        Path certificate = directory.resolve(AUTHORITY + ".crt");
        return Files.exists(certificate)
                ? CertificateAuthority.read(certificate, directory.resolve(AUTHORITY + ".key"))
                : makeAuthority(AUTHORITY);
    }

    private CertificateAuthority makeAuthority(String file) throws IOException {
        Duration validity = words.isEmpty() ? validity(AUTHORITY_DAYS) : Duration.ofDays(AUTHORITY_DAYS);
        CertificateAuthority authority = CertificateAuthority.create("Pipit development CA", now, validity);
        write(authority.own(), file);
        return authority;
    }

    private void write(CertifiedKey made, String file) throws IOException {
        Files.createDirectories(directory.toAbsolutePath());
        Path certificate = directory.resolve(file + ".crt");
        Path key = directory.resolve(file + ".key");
        made.write(certificate, key);
        terminal.line(certificate + " and " + key + ": "
                + made.certificate().getSubjectX500Principal() + ", valid until "
                + made.certificate().getNotAfter().toInstant());
    }
}
