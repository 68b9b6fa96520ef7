package io.pipit.simulation;

import java.util.Arrays;

/** The bytes that a fuzzer made up, taken one by one as choices; behind their end all choices are 0. */
final class FuzzInput {
    private final byte[] bytes;
    private int next;

    FuzzInput(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean hasMore() {
        return next < bytes.length;
    }

    /** The next byte, 0 to 255. */
    int octet() {
        return hasMore() ? bytes[next++] & 0xFF : 0;
    }

    /** One of so many. */
    int below(int count) {
        return octet() % count;
    }

    /** One of these. */
    @SafeVarargs
    final <T> T one(T... choices) {
        return choices[below(choices.length)];
    }

    /** The next bytes as they are, as many as there are up to a number. */
    byte[] some(int most) {
        int end = Math.min(bytes.length, next + most);
        byte[] some = Arrays.copyOfRange(bytes, next, end);
        next = end;
        return some;
    }
}
