package io.pipit.broker;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The end of the trie where a key is followed by one filter only: it keeps the bytes of that filter's other levels
 * instead of a node for each of them. Filters that end in the same levels mostly share them: see {@link FilterTails}.
 */
final class FilterLeaf extends LevelBranch {
    /** As {@link SubscriberSets} forms them; never empty, also after the leaf has been taken out. */
    volatile Object subscribers;

    /** Bytes that end with the levels behind the key; never changed. */
    final byte[] tail;

    /** Where in {@link #tail} these levels begin, with the separator before them; its length when there are none. */
    final int tailFrom;

    FilterLeaf(byte @Nullable [] longKey, long hash, byte[] tail, int tailFrom, Object subscribers) {
        super(longKey, hash);
        this.tail = tail;
        this.tailFrom = tailFrom;
        this.subscribers = subscribers;
    }

    /** Whether the levels behind its key are those of another filter behind an end of its own. */
    boolean hasRest(byte[] filter, int end) {
        return Arrays.equals(tail, tailFrom, tail.length, filter, end, filter.length);
    }

    /** Whether the levels behind its key match those of a Topic Name behind an end of its own (section 4.7.1). */
    boolean matchesRest(byte[] topic, int end) {
        byte[] bytes = tail;
        int f = tailFrom;
        int t = end;
        while (f < bytes.length) {
            f++; // bytes[f] was the separator
            if (f < bytes.length && bytes[f] == '#') {
                return true; // also when the name ends here: # includes the parent level
            }
            if (t == topic.length) {
                return false;
            }
            t++;
            if (f < bytes.length && bytes[f] == '+') {
                f++;
                t = Levels.end(topic, t);
                continue;
            }
            int fEnd = Levels.end(bytes, f);
            int tEnd = t + fEnd - f;
            if (tEnd > topic.length
                    || (tEnd < topic.length && topic[tEnd] != '/')
                    || !Arrays.equals(bytes, f, fEnd, topic, t, tEnd)) {
                return false;
            }
            f = fEnd;
            t = tEnd;
        }
        return t == topic.length;
    }
}
