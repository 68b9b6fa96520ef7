package io.pipit.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RocksDB's code for this machine, loaded once a process. It is unpacked into the data directory, once for each of its
 * versions: what RocksDB does by itself, a file in the temporary directory at each start, costs time, and a killed
 * process would leave that file behind.
 */
final class NativeLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);

    private NativeLibrary() {}

    /** Loads it, when no other broker of this process has. */
    static void load(Path directory) {
        try {
            RocksDB.loadLibrary(List.of(unpacked(directory.resolve("lib")).toString()));
        } catch (IOException | UnsatisfiedLinkError cannot) {
            LOG.info(
                    "RocksDB's library goes to the temporary directory, since {} cannot have it: {}",
                    directory,
                    cannot.toString());
            RocksDB.loadLibrary();
        }
    }

    /** The directory that has it. */
    private static Path unpacked(Path directory) throws IOException {
        String name = Environment.getJniLibraryFileName("rocksdb");
        URL resource = RocksDB.class.getResource("/" + name);
        if (resource == null || !(resource.openConnection() instanceof JarURLConnection connection)) {
            throw new IOException("there is no " + name + " in the program's jars");
        }
        connection.setUseCaches(false);
        try (InputStream packed = connection.getInputStream()) {
            String version = Long.toHexString(connection.getJarEntry().getCrc());
            Path own = directory.resolve(version);
            Path file = own.resolve(Environment.getJniLibraryFileName("rocksdbjni")); // where RocksDB looks for it
            if (!Files.exists(file)) {
                Files.createDirectories(own);
                unpack(packed, file);
            }
            return own;
        }
    }

    /** It is there whole, or not at all. What a killed process left of it is written over: nobody else uses the directory. */
    private static void unpack(InputStream packed, Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".new");
        Files.copy(packed, part, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
