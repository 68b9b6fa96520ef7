package io.pipit.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The room that the file system has left, looked at now and then by one thread; any thread may ask what was found. */
final class DiskSpace {
    private static final Logger LOG = LoggerFactory.getLogger(DiskSpace.class);

    private final Path directory;
    private final long minFreeBytes;
    private volatile @Nullable String refusal;

    /**
     * Of the file system of a directory.
     *
     * @param minFreeBytes below which there is too little; 0 for never
     */
    DiskSpace(Path directory, long minFreeBytes) {
        this.directory = directory;
        this.minFreeBytes = minFreeBytes;
    }

    /** Looks. */
    void check() {
        if (minFreeBytes == 0) {
            return;
        }
        try {
            FileStore store = Files.getFileStore(directory);
            long free = store.getUsableSpace();
            String before = refusal;
            String now = free >= minFreeBytes
                    ? null
                    : "the disk is nearly full: " + (free >> 20) + " MiB are free, disk.min-free is "
                            + (minFreeBytes >> 20) + " MiB";
            refusal = now;
            if (before == null && now != null) {
                LOG.warn("What is to be stored is refused: {}", now);
            } else if (before != null && now == null) {
                LOG.info("The disk has room again: {} MiB", free >> 20);
            }
        } catch (IOException unknown) {
            refusal = "the free space of the disk cannot be read: " + unknown;
        }
    }

    /** Why work that fills the disk is refused, or null. */
    @Nullable
    String refusal() {
        return refusal;
    }

    /** Writes a file and brings it to the disk, and removes it. */
    void probe() throws RocksDBException {
        Path file = directory.resolve("probe");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            int written = channel.write(ByteBuffer.wrap("pipit".getBytes(UTF_8)));
            channel.force(true);
            Files.delete(file);
            if (written == 0) {
                throw new RocksDBException("the disk takes nothing");
            }
        } catch (IOException failed) {
            throw new RocksDBException(failed.toString());
        }
    }
}
