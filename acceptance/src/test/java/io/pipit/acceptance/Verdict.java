package io.pipit.acceptance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What a broker did that it must not; any thread adds to it. */
final class Verdict {
    /** So many are told in words; all are counted. */
    private static final int MOST_TOLD = 40;

    /** In what way a promise was broken. */
    enum Fault {
        /** An acknowledged message never came. */
        MESSAGE_LOST,
        /** A session that had been accepted was not there at the next connection. */
        SESSION_LOST,
        /** A retained message is older than the last acknowledged one, or there is none. */
        RETAINED_LOST,
        /** A message of QoS 2 came twice. */
        DOUBLED,
        /** A message came after one that had been published later. */
        DISORDERED,
        /** A message came for a subscription that had ended. */
        UNSUBSCRIBED_CAME,
        /** A message is not as it was published. */
        CORRUPT,
        /** What must come by itself did not come in time. */
        STUCK
    }

    @GuardedBy("this")
    private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);

    @GuardedBy("this")
    private final List<String> told = new ArrayList<>();

    synchronized void add(Fault fault, String text) {
        counts.merge(fault, 1L, Long::sum);
        if (told.size() < MOST_TOLD) {
            told.add(fault + " " + text);
        }
    }

    synchronized Map<Fault, Long> counts() {
        Map<Fault, Long> copy = new EnumMap<>(Fault.class);
        copy.putAll(counts);
        return copy;
    }

    synchronized boolean isEmpty() {
        return counts.isEmpty();
    }

    synchronized List<String> told() {
        return List.copyOf(told);
    }
}
