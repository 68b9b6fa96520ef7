package io.pipit.store;

import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a database of all that can be read of one whose files are damaged, and keeps that one beside it as it was, as
 * {@code db-1.corrupt}. Whole table files and the log go through RocksDB's own repair, which knows the order of their
 * changes, but brings files of all levels together into one, where a read of a single row may find an older one: so
 * everything is read in order from there and written anew. Of a damaged file, each block that can be read follows,
 * as far as a row is not there already: where it was removed since, it comes back, since what says so is in no order
 * with it.
 *
 * <p>RocksDB's repair knows a table only when it finds a file of it, and what only the log has would be lost: hence a
 * file without rows for each. It needs room for all of the database. Interrupted, it leaves the database as it was,
 * or {@link #finish} goes on.
 */
final class Salvage {
    private static final Logger LOG = LoggerFactory.getLogger(Salvage.class);
    private static final int BATCH_BYTES = 1 << 20;
    private static final int PAGE = 1024;
    private static final String TABLES = "*.sst";
    private static final String FRESH = "db.new";
    private static final String LOGS = "*.log";

    private final Path database;
    private final Path repaired;
    private final Path template;
    private final Path fresh;
    private final List<Path> damaged = new ArrayList<>();
    private final List<String> report = new ArrayList<>();

    private Salvage(Path database) {
        this.database = database;
        this.repaired = database.resolveSibling("db.repair");
        this.template = database.resolveSibling("db.template");
        this.fresh = database.resolveSibling(FRESH);
    }

    /**
     * Does it, to a database that is not open.
     *
     * @return what could not be read, and where the files are kept, for readers
     */
    static List<String> run(Path database) throws RocksDBException {
        Salvage salvage = new Salvage(database);
        try {
            salvage.removeWorks();
            salvage.collect();
            salvage.plant();
            NativeRepair.run(salvage.repaired);
            salvage.copy();
            salvage.exchange();
        } catch (IOException | UncheckedIOException failed) {
            throw new RocksDBException("a damaged store could not be repaired: " + failed
                    + "; it needs as much free room beside it as it takes, and a directory that this user may write");
        } finally {
            salvage.removeWorksAtLast();
        }
        salvage.report.forEach(line -> LOG.error("{}", line));
        return List.copyOf(salvage.report);
    }

    private void collect() throws IOException {
        Files.createDirectory(repaired);
        for (Path file : files(database, TABLES)) {
            String fault = TableFile.fault(file);
            if (fault == null) {
                link(file, repaired.resolve(file.getFileName()));
            } else {
                damaged.add(file);
            }
        }
        for (Path log : files(database, LOGS)) {
            link(log, repaired.resolve(log.getFileName()));
        }
    }

    /** Adds a file without rows of each table, so that all are known by their numbers. */
    private void plant() throws IOException, RocksDBException {
        try (RocksTables tables = RocksTables.create(template)) {
            try (WriteBatch batch = new WriteBatch()) {
                for (Table table : Table.values()) {
                    batch.delete(tables.handle(table), new byte[] {0});
                }
                tables.write(batch, true);
            }
            tables.flush();
        }
        long number = 1;
        for (Path file : files(database, "*.{sst,log}")) {
            String name = file.getFileName().toString();
            number = Math.max(number, Long.parseLong(name.substring(0, name.indexOf('.'))) + 1);
        }
        for (Path file : files(template, TABLES)) {
            link(file, repaired.resolve(String.format(Locale.ROOT, "%06d.sst", number++)));
        }
    }

    private void copy() throws IOException, RocksDBException {
        try (RocksTables from = RocksTables.openForReads(repaired, false);
                RocksTables to = RocksTables.create(fresh)) {
            for (Table table : Table.values()) {
                byte[] next = {};
                List<Row> rows;
                do {
                    rows = from.scan(table, next, null, PAGE);
                    put(to, table, rows);
                    next = rows.isEmpty() ? next : rows.getLast().keyBehind();
                } while (rows.size() == PAGE);
            }
            for (Path file : damaged.reversed()) { // what was made last, whose rows are mostly newer
                report.add(copyDamaged(file, to));
            }
            to.flush();
        }
    }

    private static void put(RocksTables to, Table table, List<Row> rows) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            for (Row row : rows) {
                batch.put(to.handle(table), row.key(), row.value());
                if (batch.getDataSize() > BATCH_BYTES) {
                    to.write(batch, false);
                    batch.clear();
                }
            }
            to.write(batch, false);
        }
    }

    private String copyDamaged(Path file, RocksTables to) throws RocksDBException {
        String name = file.getFileName().toString();
        String fault = TableFile.fault(file);
        try (TableFile reader = new TableFile(file)) {
            Table table = reader.table();
            List<String> gaps = reader.each(row -> {
                if (to.get(table, row.key()) == null) {
                    put(to, table, List.of(row));
                }
            });
            return name + ", a file of the table " + table + ": " + fault + "; its rows were taken over, but those "
                    + String.join(", ", gaps);
        } catch (RocksDBException unreadable) {
            return name + ": " + unreadable.getMessage() + "; nothing of it could be read, its extent is unknown";
        }
    }

    /** Goes on with a salvage that was interrupted between its last two steps: nothing else leaves no database. */
    static void finish(Path database) throws IOException {
        Path complete = database.resolveSibling(FRESH);
        if (!Files.exists(database) && Files.exists(complete)) {
            Files.move(complete, database, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private void exchange() throws IOException {
        Path kept = null;
        for (int i = 1; kept == null || Files.exists(kept); i++) {
            kept = database.resolveSibling("db-" + i + Damage.SUFFIX);
        }
        Files.move(database, kept, StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(fresh, database, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            Files.move(kept, database, StandardCopyOption.ATOMIC_MOVE);
            throw failed;
        }
        Path parent = database.getParent();
        if (parent != null) {
            try (FileChannel channel = FileChannel.open(parent, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
        report.add("the damaged files are kept in " + kept + "; remove them when nobody needs them any more");
    }

    /** Those of a kind that RocksDB has made: their names are numbers. */
    private static List<Path> files(Path directory, String glob) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "[0-9]" + glob)) {
            found.forEach(files::add);
        }
        files.sort(Comparator.comparing(Path::getFileName));
        return files;
    }

    /** Table files never change, and the log is only read: one more name costs no room. */
    private static void link(Path file, Path name) throws IOException {
        try {
            Files.createLink(name, file);
        } catch (IOException | UnsupportedOperationException cannot) {
            Files.copy(file, name);
        }
    }

    /** Leaves nothing that takes room, also when it has failed; the new database stays while it is the only one. */
    private void removeWorksAtLast() {
        if (!Files.exists(database)) {
            return;
        }
        try {
            removeWorks();
        } catch (IOException | UncheckedIOException left) {
            LOG.warn("Remove {}, {} and {}, which take room and are of no use", repaired, template, fresh, left);
        }
    }

    private void removeWorks() throws IOException {
        for (Path work : List.of(repaired, template, fresh)) {
            if (Files.exists(work)) {
                try (Stream<Path> all = Files.walk(work)) {
                    for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
        }
    }
}
