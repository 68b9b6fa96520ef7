package io.pipit.server;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What this process holds of the machine.
 *
 * @param threads platform and virtual ones, by name and number; without those of the JVM's own that come and go
 * @param files what each open file descriptor refers to, sockets included, but for the jars that classes come from;
 *     empty where there is no /proc
 */
record Footprint(Set<String> threads, List<String> files) {
    private static final Pattern THREAD =
            Pattern.compile("\"tid\": \"?(\\d+)\"?,.*?\"name\": \"([^\"]*)\"", Pattern.DOTALL);
    private static final Pattern OF_THE_JVM =
            Pattern.compile("ForkJoinPool-1-worker-.*|VirtualThread-unblocker|VirtualThread-unparker|Attach Listener"
                    + "|C[12] CompilerThread.*|Common-Cleaner|Cleaner-.*|process reaper.*");

    /** Now. */
    static Footprint now() throws IOException {
        return new Footprint(readThreads(), readFiles());
    }

    /** Bytes outside of the heap that buffers hold. */
    static long directBytes() {
        return PlatformDependent.usedDirectMemory();
    }

    private static Set<String> readThreads() throws IOException {
        Path directory = Files.createTempDirectory("threads");
        Path dump = directory.resolve("dump.json");
        try {
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(dump.toString(), ThreadDumpFormat.JSON);
            Set<String> threads = new TreeSet<>();
            Matcher matcher = THREAD.matcher(Files.readString(dump));
            while (matcher.find()) {
                if (!OF_THE_JVM.matcher(matcher.group(2)).matches()) {
                    threads.add(matcher.group(2) + " " + matcher.group(1));
                }
            }
            return threads;
        } finally {
            Files.deleteIfExists(dump);
            Files.delete(directory);
        }
    }

    private static List<String> readFiles() throws IOException {
        Path directory = Path.of("/proc/self/fd");
        List<String> files = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> descriptors = Files.list(directory)) {
                for (Path descriptor : descriptors.collect(Collectors.toList())) {
                    if (Files.isSymbolicLink(descriptor)) {
                        files.add(Files.readSymbolicLink(descriptor).toString());
                    }
                }
            }
        }
        files.removeIf(file -> file.startsWith("/proc/") || file.endsWith(".jar"));
        files.sort(null);
        return files;
    }
}
