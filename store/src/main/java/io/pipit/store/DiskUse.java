package io.pipit.store;

import io.pipit.broker.spi.Table;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.rocksdb.RocksDBException;

/**
 * What takes the disk: the files of each table, the log, damaged files that were kept, and all of the directory. Looked
 * at now and then by one thread; any thread may ask what was found.
 */
final class DiskUse {
    private static final long PAUSE_NANOS = 10_000_000_000L;

    private final Path directory;
    private volatile Map<String, Long> bytes = Map.of();
    private long lookedAt;

    DiskUse(Path directory, long now) {
        this.directory = directory;
        this.lookedAt = now - PAUSE_NANOS;
    }

    /** Looks, when that is some time ago. */
    void check(Tables tables, long now) {
        if (now - lookedAt < PAUSE_NANOS) {
            return;
        }
        lookedAt = now;
        try {
            Map<String, Long> found = new TreeMap<>();
            Map<Table, TableFiles> files = tables.files();
            for (Table table : Table.values()) {
                found.put(
                        table.name().toLowerCase(Locale.ROOT),
                        files.getOrDefault(table, TableFiles.NONE).bytes());
            }
            found.put("log", 0L);
            found.put("damaged", 0L);
            found.put("all", 0L);
            Files.walkFileTree(directory, new Sizes(found));
            bytes = Map.copyOf(found);
        } catch (IOException | RocksDBException unknown) {
            // looked at again
        }
    }

    private final class Sizes extends SimpleFileVisitor<Path> {
        private final Map<String, Long> found;

        private Sizes(Map<String, Long> found) {
            this.found = found;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            found.merge("all", attributes.size(), Long::sum);
            if (isKept(file)) {
                found.merge("damaged", attributes.size(), Long::sum);
            } else if (file.toString().endsWith(".log")) {
                found.merge("log", attributes.size(), Long::sum);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException goneMeanwhile) {
            return FileVisitResult.CONTINUE;
        }

        private boolean isKept(Path file) {
            return directory.relativize(file).getName(0).toString().endsWith(Damage.SUFFIX);
        }
    }

    /** What was found; nothing before the first look. */
    Map<String, Long> bytes() {
        return bytes;
    }
}
