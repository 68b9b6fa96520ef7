package io.pipit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pipit.broker.Finding;
import io.pipit.broker.StoreCheck;
import io.pipit.broker.StoreStatistics;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Table;
import io.pipit.server.ConfigurationException;
import io.pipit.server.ConfigurationSources;
import io.pipit.store.StoppedStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code pipit store}: looks at, repairs and moves the store of a broker that does not run. */
final class StoreCommand {
    static final String HELP = """
            Usage: pipit store verify|stats|repair|export|import [--data DIR] [--config FILE]

            Looks at the store of a broker that does not run. What it says are JSON objects, a line each.

              verify   read every row and file, recount the reference counters, and tell what does not fit: a line for
                       each finding, and a summary. "fault" is what no broker leaves behind, however it ends, "garbage"
                       what takes room and means nothing, "set-aside" a row that could not be read before and is kept
              stats    rows and bytes of each table and for each cause, bytes on the disk, the largest queues
              repair   make good what verify finds, and say what was done: files that cannot be read are kept beside
                       the store, as DIR/*.corrupt; rows that cannot be read go to a table of their own
              export   write everything to standard output; payloads are base64
              import   read what export wrote from standard input, into a directory without a store

              --data DIR      the directory (that of the configuration)
              --config FILE   the configuration file (PIPIT_CONFIG)

            Exit status: 0 when all is right or was done; 1 when verify found a fault, or something failed; 2 wrong
            flags; 3 wrong configuration; 5 when the directory cannot be used: there is no store in it, or a process
            uses it.
            """;

    private static final int LARGEST_QUEUES = 10;

    private final Terminal terminal;
    private final JsonLines out;
    private String action = "";
    private @Nullable String data;
    private @Nullable Path config;

    private StoreCommand(Terminal terminal) {
        this.terminal = terminal;
        this.out = new JsonLines(terminal);
    }

    /** Runs it and returns the exit status. */
    static int run(Arguments arguments, Terminal terminal) {
        return new StoreCommand(terminal).run(arguments);
    }

    private int run(Arguments arguments) {
        try {
            if (!read(arguments)) {
                terminal.line(HELP.strip());
                return ExitStatus.OK;
            }
            Path directory = directory();
            int status = switch (action) {
                case "verify" -> verify(directory);
                case "stats" -> stats(directory);
                case "repair" -> repair(directory);
                case "export" -> export(directory);
                case "import" -> importTo(directory);
                default -> throw new UsageException("there is no action '" + action + "'");
            };
            out.flush();
            return status;
        } catch (UsageException wrong) {
            terminal.error("pipit store: " + wrong.getMessage() + "\nSee 'pipit store --help'.");
            return ExitStatus.USAGE;
        } catch (ConfigurationException wrong) {
            terminal.error(String.valueOf(wrong.getMessage()));
            return ServeCommand.WRONG_CONFIGURATION;
        } catch (UnusableException unusable) {
            terminal.error("pipit store: " + unusable.getMessage());
            return ServeCommand.DATA_UNUSABLE;
        } catch (IOException failed) {
            terminal.error("pipit store: " + failed.getMessage());
            return ExitStatus.FAILED;
        }
    }

    /** False when help is asked for. */
    private boolean read(Arguments arguments) throws UsageException {
        while (arguments.hasNext()) {
            String flag = arguments.nextFlag();
            switch (flag) {
                case "--data" -> data = arguments.value("a directory");
                case "--config" -> config = Path.of(arguments.value("a file"));
                case "-h", "--help" -> {
                    return false;
                }
                default -> {
                    if (flag.startsWith("-")) {
                        throw new UsageException("there is no flag " + flag);
                    }
                    if (!action.isEmpty()) {
                        throw new UsageException("one action, please: '" + action + "' or '" + flag + "'?");
                    }
                    action = flag;
                }
            }
        }
        arguments.requireTaken();
        if (action.isEmpty()) {
            throw new UsageException("verify, stats, repair, export or import?");
        }
        return true;
    }

    private Path directory() throws ConfigurationException, UsageException {
        if (data != null && !data.equals("none")) {
            return Path.of(data);
        }
        ConfigurationSources sources = new ConfigurationSources().environment(System.getenv());
        String byVariable = System.getenv("PIPIT_CONFIG");
        if (config != null) {
            sources.file(config);
        } else if (byVariable != null) {
            sources.file(Path.of(byVariable));
        }
        Path directory = data != null ? null : sources.read().data();
        if (directory == null) {
            throw new UsageException("data is none: such a broker has no store; name a directory with --data");
        }
        return directory;
    }

    /** The directory has no store that could be opened. */
    private static final class UnusableException extends IOException {
        private static final long serialVersionUID = 1;

        private UnusableException(IOException why) {
            super(why.getMessage(), why);
        }
    }

    private interface Opening<T> {
        T open(Path directory) throws IOException;
    }

    private static <T> T usable(Path directory, Opening<T> opening) throws UnusableException {
        try {
            return opening.open(directory);
        } catch (IOException unusable) {
            throw new UnusableException(unusable);
        }
    }

    // verify

    private int verify(Path directory) throws IOException {
        List<String> damaged = usable(directory, StoppedStore::damagedFiles);
        for (String text : damaged) {
            out.line(JsonLines.object().put("finding", "fault").put("text", text));
        }
        Map<Finding.Severity, Long> counts = new EnumMap<>(Finding.Severity.class);
        ObjectNode summary = JsonLines.object().put("summary", "verify");
        boolean complete = true;
        try (StoppedStore store = StoppedStore.openForReads(directory)) {
            long rows = StoreCheck.run(store, finding -> {
                counts.merge(finding.severity(), 1L, Long::sum);
                print(json(finding));
            });
            summary.put("rows", rows);
        } catch (IOException unreadable) {
            complete = false;
            if (damaged.isEmpty()) {
                throw unreadable;
            }
            out.line(JsonLines.object()
                    .put("finding", "fault")
                    .put("text", "the rows were not all read: " + unreadable.getMessage()));
        }
        long faults = damaged.size() + counts.getOrDefault(Finding.Severity.FAULT, 0L) + (complete ? 0 : 1);
        out.line(summary.put("faults", faults)
                .put("garbage", counts.getOrDefault(Finding.Severity.GARBAGE, 0L))
                .put("set-aside", counts.getOrDefault(Finding.Severity.SET_ASIDE, 0L)));
        return faults == 0 ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private static ObjectNode json(Finding finding) {
        return JsonLines.object()
                .put("finding", kebab(finding.severity()))
                .put("table", finding.table().name())
                .put("key", finding.key())
                .put("text", finding.text());
    }

    private static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Prints from within a callback that must not throw. */
    private void print(ObjectNode json) {
        try {
            out.line(json);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    // stats

    private int stats(Path directory) throws IOException {
        try (StoppedStore store = usable(directory, StoppedStore::openForReads)) {
            StoreStatistics statistics = StoreStatistics.of(store, LARGEST_QUEUES);
            Map<Table, Long> fileBytes = store.fileBytes();
            for (Table table : Table.values()) {
                sum(JsonLines.object().put("table", table.name()), statistics.sumOf(table));
            }
            for (StoreStatistics.Cause cause : StoreStatistics.Cause.values()) {
                sum(JsonLines.object().put("cause", kebab(cause)), statistics.sumOf(cause));
            }
            for (StoreStatistics.QueueSum queue : statistics.largestQueues()) {
                out.line(JsonLines.object()
                        .put("queue", queue.clientIdentifier().value())
                        .put("rows", queue.rows())
                        .put("bytes", queue.bytes())
                        .put("oldest-sequence", queue.oldest())
                        .put("offline-since-millis", queue.offlineSinceMillis()));
            }
            for (Table table : Table.values()) {
                out.line(JsonLines.object().put("disk", table.name()).put("bytes", fileBytes.getOrDefault(table, 0L)));
            }
            out.line(JsonLines.object().put("disk", "log").put("bytes", store.logBytes()));
            out.line(JsonLines.object().put("disk", "all").put("bytes", store.diskBytes()));
        }
        return ExitStatus.OK;
    }

    private void sum(ObjectNode json, StoreStatistics.Sum sum) throws IOException {
        out.line(json.put("rows", sum.rows()).put("bytes", sum.bytes()));
    }

    // repair

    private int repair(Path directory) throws IOException {
        long[] done = {0};
        if (!usable(directory, StoppedStore::damagedFiles).isEmpty()) {
            for (String text : StoppedStore.repairFiles(directory)) {
                done[0]++;
                out.line(JsonLines.object().put("repaired", "files").put("text", text));
            }
        }
        try (StoppedStore store = usable(directory, StoppedStore::openExisting)) {
            // a second look: what was set aside may have been what other rows belong to
            for (boolean again = true; again; ) {
                long before = done[0];
                repairRows(store, done);
                again = done[0] > before;
            }
            out.line(JsonLines.object().put("summary", "repair").put("done", done[0]));
        }
        return ExitStatus.OK;
    }

    private void repairRows(StoppedStore store, long[] done) throws IOException {
        try {
            StoreCheck.run(store, finding -> {
                Batch batch = new Batch(Batch.Urgency.DURABLE);
                finding.change().accept(batch);
                if (batch.isEmpty()) {
                    return;
                }
                try {
                    store.commit(batch);
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
                done[0]++;
                print(json(finding).put("repaired", "row").put("remedy", finding.remedy()));
            });
        } catch (UncheckedIOException failed) {
            throw new IOException(failed.getMessage(), failed);
        }
    }

    // export and import

    private int export(Path directory) throws IOException {
        try (StoppedStore store = usable(directory, StoppedStore::openForReads)) {
            new StoreExport(store, out).run();
        }
        return ExitStatus.OK;
    }

    private int importTo(Path directory) throws IOException {
        try (StoppedStore store = usable(directory, StoppedStore::open)) {
            long rows = new StoreImport(store, terminal.in()).run();
            out.line(JsonLines.object().put("summary", "import").put("rows", rows));
        }
        return ExitStatus.OK;
    }
}
