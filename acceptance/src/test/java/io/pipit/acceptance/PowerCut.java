package io.pipit.acceptance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The end of power for programs that keep files in one directory. They run with {@link #environment}, which loads
 * {@code power-cut.c} into them; when none of them runs any more, {@link #cut} takes away what the disk need not have.
 */
final class PowerCut {
    private final Path library;
    private final Path directory;
    private final Path journal;
    private VolatileDisk disk;

    private PowerCut(Path library, Path directory, Path journal, VolatileDisk disk) {
        this.library = library;
        this.directory = directory;
        this.journal = journal;
        this.disk = disk;
    }

    /**
     * For programs that are not started yet.
     *
     * @param directory what is in it counts as durable, and so does it itself
     * @param journal a file elsewhere, which is made
     */
    static PowerCut of(Path directory, Path journal) throws IOException {
        Path real = directory.toRealPath();
        return new PowerCut(
                Shim.compiled("power-cut"), real, Files.createFile(journal).toRealPath(), VolatileDisk.of(real));
    }

    /** Any beginning; often nothing, or all. */
    static VolatileDisk.Survival random(Random random) {
        return units -> switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> units;
            default -> random.nextLong(units + 1);
        };
    }

    /** What programs are started with. */
    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "POWER_CUT_ROOT", directory.toString(),
                "POWER_CUT_JOURNAL", journal.toString());
    }

    /** Power ends, after all programs have ended or were killed. */
    void cut(VolatileDisk.Survival survival) throws IOException {
        follow();
        try (Stream<Path> old = Files.walk(directory)) {
            for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(directory)) {
                    Files.delete(path);
                }
            }
        }
        disk.writeAfterCut(directory, survival);
        disk = VolatileDisk.of(directory);
    }

    /** Where the directory is not as it was followed; exact after programs that were not killed. */
    List<String> differences() throws IOException {
        follow();
        return disk.differences(directory);
    }

    /** Reads what programs did, all of which have ended; after each one that was killed, before the next one starts. */
    void follow() throws IOException {
        try (FileChannel channel = FileChannel.open(journal, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer records = ByteBuffer.allocate(Math.toIntExact(channel.size()));
            while (records.hasRemaining()) {
                if (channel.read(records) < 0) {
                    throw new AssertionError(journal + " shrinks while it is read");
                }
            }
            records.flip();
            for (DiskOperation next = DiskOperation.read(records); next != null; next = DiskOperation.read(records)) {
                disk.apply(next);
            }
            // A part of a record at the end is what a killed program has left; the next one begins anew.
            channel.truncate(0);
        }
    }
}
