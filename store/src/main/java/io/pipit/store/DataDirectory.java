package io.pipit.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The directory of one broker, which is its alone while this is open. Directories that are made for it are closed to
 * others. {@code lock} holds the process identifier of its owner, {@code format} the version of what stands in
 * {@code db}, the database.
 */
final class DataDirectory implements AutoCloseable {
    private static final int FORMAT = 1;
    private static final String FORMAT_NAME = "pipit-store ";
    private static final String ELSEWHERE = "start with another directory (--data)";

    private final Path path;
    private final FileChannel lock;

    private DataDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Makes it when there is none, and takes it. */
    static DataDirectory open(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        FileChannel lock;
        try {
            createOwnerOnly(absolute);
            lock = FileChannel.open(
                    absolute.resolve("lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        } catch (IOException unusable) {
            throw new IOException(
                    "cannot keep data in " + absolute + ": " + why(unusable) + "; " + ELSEWHERE, unusable);
        }
        try {
            take(lock, absolute);
            DataDirectory taken = new DataDirectory(absolute, lock);
            Salvage.finish(taken.database());
            createOwnerOnly(taken.database());
            taken.checkFormat();
            return taken;
        } catch (IOException | RuntimeException failed) {
            lock.close();
            throw failed;
        }
    }

    /** Takes one that is there; makes nothing. */
    static DataDirectory openExisting(Path path) throws IOException {
        if (!Files.isDirectory(path.resolve("db")) && !Files.exists(path.resolve("lock"))) {
            throw new IOException("there is no store in "
                    + path.toAbsolutePath().normalize() + "; name the directory that 'pipit serve' uses (--data)");
        }
        return open(path);
    }

    private static String why(IOException fault) {
        return switch (fault) {
            case FileAlreadyExistsException there -> there.getFile() + " is no directory";
            case AccessDeniedException denied ->
                "user " + System.getProperty("user.name") + " may not write " + denied.getFile();
            default -> fault.getClass().getSimpleName() + " " + fault.getMessage();
        };
    }

    private static void createOwnerOnly(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        boolean posix = isPosix(directory);
        FileAttribute<?>[] ownerOnly = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
        Path there = directory;
        for (Path above = directory.getParent();
                above != null && !Files.isDirectory(there);
                above = above.getParent()) {
            there = above;
        }
        Files.createDirectories(directory, ownerOnly);
        if (posix) {
            for (Path made = directory.getParent(); made != null && made.startsWith(there); made = made.getParent()) {
                bringToDisk(made, StandardOpenOption.READ);
            }
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** A file, or what a directory lists. */
    private static void bringToDisk(Path path, StandardOpenOption option) throws IOException {
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(true);
        }
    }

    private static void take(FileChannel lock, Path path) throws IOException {
        boolean taken;
        try {
            taken = lock.tryLock() != null;
        } catch (OverlappingFileLockException ownProcess) {
            taken = false;
        }
        if (!taken) {
            throw new IOException("cannot keep data in " + path + ": process " + owner(lock)
                    + " uses it; stop that, or " + ELSEWHERE);
        }
        ByteBuffer pid = ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(UTF_8));
        lock.truncate(0);
        while (pid.hasRemaining()) {
            int written = lock.write(pid);
            assert written > 0;
        }
    }

    private static String owner(FileChannel lock) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(32);
        int read = lock.read(pid, 0);
        return read <= 0 ? "(unknown)" : new String(pid.array(), 0, read, UTF_8).strip();
    }

    private void checkFormat() throws IOException {
        Path file = path.resolve("format");
        if (!Files.exists(file)) {
            Path part = Files.writeString(path.resolve("format.new"), FORMAT_NAME + FORMAT + "\n");
            bringToDisk(part, StandardOpenOption.WRITE);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            if (isPosix(path)) {
                bringToDisk(path, StandardOpenOption.READ);
            }
            return;
        }
        String text = Files.readString(file).strip();
        if (!text.equals(FORMAT_NAME + FORMAT)) {
            throw new IOException("cannot keep data in " + path + ": it holds \"" + text
                    + "\", and this version of Pipit knows \"" + FORMAT_NAME + FORMAT
                    + "\"; start the version that wrote it, or " + ELSEWHERE);
        }
    }

    Path path() {
        return path;
    }

    /** Where the database is. */
    Path database() {
        return path.resolve("db");
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
