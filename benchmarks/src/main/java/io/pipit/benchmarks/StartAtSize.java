package io.pipit.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.pipit.server.Pipit;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Path;

/**
 * Starts a broker on a data directory that {@link StoredSessions} has filled, and prints how long that took, what it
 * cost, and the heap that is used then: {@code StartAtSize DIR SESSIONS}.
 */
final class StartAtSize {
    private StartAtSize() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        long sessions = Long.parseLong(arguments[1]);
        long empty = heapBytes();
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpuBefore = system.getProcessCpuTime();
        long began = System.nanoTime();
        try (Pipit pipit = Pipit.builder().data(directory).port(0).start()) {
            long nanos = System.nanoTime() - began;
            long cpuNanos = system.getProcessCpuTime() - cpuBefore;
            long collectedMillis = 0;
            for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
                collectedMillis += collector.getCollectionTime();
            }
            System.out.printf(
                    "%s after %.2f s, %.2f s of CPU, %.2f s of them in pauses of the collector%n",
                    pipit.readiness(), nanos / 1e9, cpuNanos / 1e9, collectedMillis / 1e3);
            long used = heapBytes() - empty;
            System.out.printf("heap %,d bytes, %,d a session%n", used, used / sessions);
        }
    }

    private static long heapBytes() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }
}
