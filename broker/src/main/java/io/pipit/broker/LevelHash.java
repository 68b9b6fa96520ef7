package io.pipit.broker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Hashes topic levels with secrets of its own, so that no client can choose names that meet in one place. The
 * hash decides only where something lies, never what is found or in which order.
 */
final class LevelHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final long seed;
    private final long multiplier;

    /** With secrets drawn at random. */
    LevelHash() {
        SplittableRandom random = new SplittableRandom();
        this.seed = random.nextLong();
        this.multiplier = random.nextLong() | 1;
    }

    /** With given secrets; a multiplier of 0 makes all hashes equal, which only a test wants. */
    LevelHash(long seed, long multiplier) {
        this.seed = seed;
        this.multiplier = multiplier;
    }

    /** The hash of a range of bytes. */
    long of(byte[] bytes, int from, int to) {
        long hash = mixed(seed ^ (to - from));
        int at = from;
        for (; to - at > 8; at += 8) {
            hash = mixed(hash ^ (long) LONGS.get(bytes, at));
        }
        return mixed(hash ^ tail(bytes, at, to));
    }

    /** The last 0 to 8 bytes in one number, unequal for unequal bytes of the same length. */
    private static long tail(byte[] bytes, int at, int to) {
        int left = to - at;
        if (left >= 4) {
            return ((long) (int) INTS.get(bytes, at) << 32) | ((int) INTS.get(bytes, to - 4) & 0xFFFF_FFFFL);
        }
        if (left == 0) {
            return 0;
        }
        return (bytes[at] & 0xFF) | (bytes[at + left / 2] & 0xFF) << 8 | (bytes[to - 1] & 0xFF) << 16;
    }

    private long mixed(long bits) {
        return (bits * multiplier) ^ Math.multiplyHigh(bits, multiplier);
    }
}
