package io.pipit.broker;

import java.util.Arrays;

/**
 * The end of the trie where a key is followed by one filter only: it keeps the bytes of that whole filter instead
 * of a node for each of its further levels.
 */
final class FilterLeaf extends LevelBranch {
    /** As {@link SubscriberSets} forms them; never empty, also after the leaf has been taken out. */
    volatile Object subscribers;

    /**
     * The leaf of a filter.
     *
     * @param from where the level that is this leaf's key begins
     * @param to where it ends: the levels behind it are this leaf's rest
     */
    FilterLeaf(byte[] filter, int from, int to, long hash, Object subscribers) {
        super(filter, from, to, hash);
        this.subscribers = subscribers;
    }

    /** Whether the levels behind its key are those of another filter behind an end of its own. */
    boolean hasRest(byte[] filter, int end) {
        return Arrays.equals(bytes, to, bytes.length, filter, end, filter.length);
    }

    /** Whether the levels behind its key match those of a Topic Name behind an end of its own (section 4.7.1). */
    boolean matchesRest(byte[] topic, int end) {
        int f = to;
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
