package io.pipit.broker;

/** The levels of a topic in its bytes: they lie between the separators, and may be empty. */
final class Levels {
    private Levels() {}

    /** Where the level that begins at an index ends: at the next separator or at the end of the bytes. */
    static int end(byte[] topic, int from) {
        int end = from;
        while (end < topic.length && topic[end] != '/') {
            end++;
        }
        return end;
    }
}
