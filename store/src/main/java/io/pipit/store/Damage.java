package io.pipit.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done about files that cannot be read: they are kept beside, under a name of their own, and told of. */
final class Damage {
    private static final Logger LOG = LoggerFactory.getLogger(Damage.class);
    static final String SUFFIX = ".corrupt";

    private Damage() {}

    static boolean isCorruption(RocksDBException fault) {
        Status status = fault.getStatus();
        return status != null && status.getCode() == Status.Code.Corruption;
    }

    /** Whether a file is not what was written, or is not there. */
    static boolean isDamage(RocksDBException fault) {
        String message = String.valueOf(fault.getMessage());
        return isCorruption(fault)
                || message.contains("No such file")
                || message.contains("create_if_missing is false")
                || message.contains("Column family not found"); // a manifest that ends too early
    }

    /** Whether there is a file in a directory that may have rows: not while a database is being made. */
    static boolean mayHaveRows(Path directory) throws RocksDBException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.{sst,log}")) {
            for (Path file : files) {
                if (Files.size(file) > 0) {
                    return true;
                }
            }
            return false;
        } catch (IOException cannotLook) { // also when it is gone: an empty one must not take its place
            throw new RocksDBException(directory + " cannot be read: " + cannotLook
                    + "; let this user read it, or put it back, and start again");
        }
    }

    /** Copies every log of a database to {@code <name>.corrupt} beside the database's directory. */
    static void keepLogs(Path directory) throws RocksDBException {
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory, "*.log")) {
            for (Path log : logs) {
                Path copy = directory.resolveSibling(log.getFileName() + SUFFIX);
                Files.copy(log, copy, StandardCopyOption.REPLACE_EXISTING);
                LOG.error("Kept {} as {}: what stands behind its fault, of unknown extent, is not read", log, copy);
            }
        } catch (IOException cannotKeep) {
            throw new RocksDBException("a damaged log cannot be copied, and is not touched: " + cannotKeep);
        }
    }
}
