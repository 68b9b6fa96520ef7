package io.pipit.acceptance;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A directory as it is, and as its disk would have it. A file's content is durable up to the last fsync of the file, a
 * directory's names up to the last fsync of the directory; of what came later, each keeps a beginning, for each file and
 * each directory another one. That is what POSIX promises: real file systems keep more.
 */
final class VolatileDisk {
    /** How much of what is not durable survives. */
    @FunctionalInterface
    interface Survival {
        /** Of so many units (bytes written, truncations; names made and removed), the first so many: 0 to all. */
        long of(long units);
    }

    private final Directory root = new Directory();
    private final Map<Long, Node> nodes = new HashMap<>();
    private final Map<Long, Synchronisation> synchronisations = new HashMap<>();
    private long time;

    /** A file or directory, and what of it is not durable. */
    private sealed interface Node {
        /** What was done before this time is durable now. */
        void synchronised(long before);
    }

    private record Synchronisation(Node node, long begun) {}

    private static final class Directory implements Node {
        private final Map<String, Node> durable = new TreeMap<>();
        private final Map<String, Node> names = new TreeMap<>();
        private final Deque<NameChange> changes = new ArrayDeque<>();

        /** A name that goes and one that comes, at once. */
        private record NameChange(
                long time,
                @Nullable String removed,
                @Nullable String added,
                @Nullable Node node) {
            void apply(Map<String, Node> to) {
                if (removed != null) {
                    to.remove(removed);
                }
                if (added != null) {
                    to.put(added, requireNonNull(node));
                }
            }
        }

        void change(NameChange change) {
            change.apply(names);
            changes.add(change);
        }

        @Override
        public void synchronised(long before) {
            while (!changes.isEmpty() && changes.getFirst().time() < before) {
                changes.removeFirst().apply(durable);
            }
        }

        Map<String, Node> afterCut(Survival survival) {
            Map<String, Node> left = new TreeMap<>(durable);
            changes.stream().limit(survival.of(changes.size())).forEach(change -> change.apply(left));
            return left;
        }
    }

    private static final class Content {
        private byte[] bytes;
        private int length;

        Content(byte[] bytes) {
            this.bytes = bytes;
            this.length = bytes.length;
        }

        Content(Content other) {
            this(other.toBytes());
        }

        void setLength(int to) {
            if (to > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(to, 2 * bytes.length));
            }
            if (to < length) {
                Arrays.fill(bytes, to, length, (byte) 0);
            }
            length = to;
        }

        void write(int offset, ByteBuffer data) {
            if (offset + data.remaining() > length) {
                setLength(offset + data.remaining());
            }
            data.get(data.position(), bytes, offset, data.remaining());
        }

        byte[] toBytes() {
            return Arrays.copyOf(bytes, length);
        }
    }

    private static final class File implements Node {
        private final Content durable;
        private final Deque<ContentChange> changes = new ArrayDeque<>();
        private boolean opaque;

        File(byte[] durable) {
            this.durable = new Content(durable);
        }

        /**
         * A write, or, without data, a new length.
         *
         * @param offset of the data, or the length
         */
        private record ContentChange(
                long time, int offset, @Nullable ByteBuffer data) {
            long units() {
                return data == null ? 1 : data.remaining();
            }

            /** Returns how many units are left over. */
            long apply(Content to, long units) {
                if (units == 0) {
                    return 0;
                }
                if (data == null) {
                    to.setLength(offset);
                    return units - 1;
                }
                int some = (int) Math.min(units, data.remaining());
                to.write(offset, data.slice(data.position(), some));
                return units - some;
            }
        }

        @Override
        public void synchronised(long before) {
            while (!changes.isEmpty() && changes.getFirst().time() < before) {
                ContentChange change = changes.removeFirst();
                long left = change.apply(durable, change.units());
                assert left == 0;
            }
        }

        byte[] afterCut(Survival survival) {
            long left =
                    survival.of(changes.stream().mapToLong(ContentChange::units).sum());
            Content content = new Content(durable);
            for (ContentChange change : changes) {
                left = change.apply(content, left);
            }
            return content.toBytes();
        }
    }

    /** What is in a directory, all of it durable. */
    static VolatileDisk of(Path directory) throws IOException {
        VolatileDisk disk = new VolatileDisk();
        disk.load(directory, disk.root);
        return disk;
    }

    private void load(Path path, Directory to) throws IOException {
        nodes.put(inode(path), to);
        try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
            for (Path child : children) {
                Node node;
                if (Files.isDirectory(child)) {
                    Directory directory = new Directory();
                    load(child, directory);
                    node = directory;
                } else {
                    node = new File(Files.readAllBytes(child));
                    nodes.put(inode(child), node);
                }
                to.names.put(child.getFileName().toString(), node);
            }
        }
        to.durable.putAll(to.names);
    }

    private static long inode(Path path) throws IOException {
        return (long) Files.getAttribute(path, "unix:ino");
    }

    /** Takes the next operation into account. */
    void apply(DiskOperation operation) {
        long now = ++time;
        long inode = operation.inode();
        switch (operation.kind()) {
            case 'C' -> add(operation.name(), inode, new File(new byte[0]));
            case 'M' -> add(operation.name(), inode, new Directory());
            case 'W' ->
                file(inode).changes.add(new File.ContentChange(now, (int) operation.offset(), operation.data()));
            case 'T' -> file(inode).changes.add(new File.ContentChange(now, (int) operation.offset(), null));
            case 'O' -> file(inode).opaque = true;
            case 'B' -> synchronisations.put(operation.offset(), new Synchronisation(node(inode), now));
            case 'E' -> {
                Synchronisation ended = requireNonNull(synchronisations.remove(operation.offset()));
                ended.node().synchronised(ended.begun());
            }
            case 'R' -> rename(operation.name(), operation.other());
            case 'L' -> {
                Directory to = parent(operation.other());
                to.change(new Directory.NameChange(now, null, last(operation.other()), at(operation.name())));
            }
            case 'U' ->
                parent(operation.name()).change(new Directory.NameChange(now, last(operation.name()), null, null));
            default ->
                throw new AssertionError("the program did what power-cut.c does not follow: " + operation.name());
        }
    }

    private void add(String name, long inode, Node node) {
        nodes.put(inode, node);
        parent(name).change(new Directory.NameChange(time, null, last(name), node));
    }

    private void rename(String from, String to) {
        Directory directory = parent(from);
        if (!directory.equals(parent(to))) {
            throw new AssertionError("which half of a rename from " + from + " to " + to + " survives is not modelled");
        }
        directory.change(new Directory.NameChange(time, last(from), last(to), at(from)));
    }

    private Node node(long inode) {
        return requireNonNull(nodes.get(inode), "an inode that nobody has made");
    }

    private File file(long inode) {
        return (File) node(inode);
    }

    private Directory parent(String name) {
        int end = name.lastIndexOf('/');
        return end < 0 ? root : (Directory) at(name.substring(0, end));
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private Node at(String name) {
        return requireNonNull(parent(name).names.get(last(name)), name);
    }

    /**
     * Where the directory differs from what the operations made of it: none, unless power-cut.c is blind for
     * something. What is written through stdio is not compared.
     */
    List<String> differences(Path directory) throws IOException {
        List<String> differences = new ArrayList<>();
        compare(directory, root, differences);
        return differences;
    }

    private static void compare(Path path, Directory expected, List<String> differences) throws IOException {
        TreeSet<String> found = new TreeSet<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
            children.forEach(child -> found.add(child.getFileName().toString()));
        }
        if (!found.equals(expected.names.keySet())) {
            differences.add(path + " has " + found + " and not " + expected.names.keySet());
            return;
        }
        for (Map.Entry<String, Node> entry : expected.names.entrySet()) {
            Path child = path.resolve(entry.getKey());
            switch (entry.getValue()) {
                case Directory below -> compare(child, below, differences);
                case File file -> {
                    if (!file.opaque && !Arrays.equals(Files.readAllBytes(child), file.afterCut(all -> all))) {
                        differences.add("the content of " + child);
                    }
                }
            }
        }
    }

    /** Makes a directory of what is left when power ends now. */
    void writeAfterCut(Path directory, Survival survival) throws IOException {
        write(directory, root, survival, new IdentityHashMap<>());
    }

    private static void write(Path path, Directory from, Survival survival, Map<Node, Path> written)
            throws IOException {
        Path made = Files.createDirectories(path);
        for (Map.Entry<String, Node> entry : from.afterCut(survival).entrySet()) {
            Path child = made.resolve(entry.getKey());
            Path twin = written.putIfAbsent(entry.getValue(), child);
            switch (entry.getValue()) {
                case Directory below -> write(child, below, survival, written);
                case File file -> {
                    if (twin == null) {
                        Files.write(child, file.afterCut(survival));
                    } else {
                        Files.createLink(child, twin);
                    }
                }
            }
        }
    }
}
