package io.pipit.broker;

import java.util.Arrays;
import java.util.Comparator;

/**
 * The order of Topic Names by their bytes with the separator lowest: a topic is followed at once by all below it, so
 * every subtree is one range. U+0000, which has that rank elsewhere, is in no Topic Name.
 */
final class TopicOrder implements Comparator<byte[]> {
    static final TopicOrder BY_LEVELS = new TopicOrder();

    private TopicOrder() {}

    @Override
    public int compare(byte[] one, byte[] other) {
        int i = Arrays.mismatch(one, other);
        if (i < 0) {
            return 0;
        }
        if (i == one.length) {
            return -1;
        }
        return i == other.length ? 1 : rank(one[i]) - rank(other[i]);
    }

    private static int rank(byte b) {
        return b == '/' ? 0 : b & 0xFF;
    }

    /** The lowest place behind a topic and all below it. */
    static byte[] behindSubtree(byte[] topic, int length) {
        byte[] place = Arrays.copyOf(topic, length + 1);
        place[length] = 1;
        return place;
    }
}
