package io.pipit.broker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Hashes topic levels with secrets of its own, so that no client can choose names that meet in one place. The
 * hash decides only where something lies, never what is found or in which order.
 *
 * <p>No two levels of up to {@link #SHORT} bytes have the same hash: filled up with zero bytes, which topics do not
 * contain, they are different numbers of 64 bits, and each step from there to the hash can be undone. So of two such
 * levels, equal hashes say that they are the same.
 */
final class LevelHash {
    /** The most bytes of a level whose hash tells it from all others of that size. */
    static final int SHORT = Long.BYTES;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final long seed;
    private final long first;
    private final long second;
    private final long chain;

    /** With secrets drawn at random. */
    LevelHash() {
        this(new SplittableRandom());
    }

    private LevelHash(SplittableRandom random) {
        this(random.nextLong(), random.nextLong() | 1, random.nextLong() | 1, random.nextLong() | 1);
    }

    private LevelHash(long seed, long first, long second, long chain) {
        this.seed = seed;
        this.first = first;
        this.second = second;
        this.chain = chain;
    }

    /** With secrets that follow from a seed. */
    static LevelHash of(long seed) {
        return new LevelHash(new SplittableRandom(seed));
    }

    /** The worst there can be, which only a test wants: longer ranges all have one hash, short ones almost their bytes. */
    static LevelHash worst() {
        return new LevelHash(0, 1, 1, 0);
    }

    /** The hash of a range of bytes, none of them zero. */
    long of(byte[] bytes, int from, int to) {
        if (to - from <= SHORT) {
            long bits = (word(bytes, from, to) ^ seed) * first;
            bits = (bits ^ (bits >>> 32)) * second;
            return bits ^ (bits >>> 29);
        }
        long hash = mixed(seed ^ (to - from));
        int at = from;
        for (; to - at > Long.BYTES; at += Long.BYTES) {
            hash = mixed(hash ^ (long) LONGS.get(bytes, at));
        }
        return mixed(hash ^ word(bytes, at, to));
    }

    /** Up to 8 bytes in one number, zeros behind them; where two reads overlap, they agree. */
    private static long word(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length == Long.BYTES) {
            return (long) LONGS.get(bytes, from);
        }
        if (length >= Integer.BYTES) {
            long low = (int) INTS.get(bytes, from) & 0xFFFF_FFFFL;
            long high = (int) INTS.get(bytes, to - Integer.BYTES) & 0xFFFF_FFFFL;
            return low | (high << ((length - Integer.BYTES) * Byte.SIZE));
        }
        if (length == 0) {
            return 0;
        }
        int middle = length / 2;
        int last = length - 1;
        return (bytes[from] & 0xFFL)
                | ((bytes[from + middle] & 0xFFL) << (middle * Byte.SIZE))
                | ((bytes[from + last] & 0xFFL) << (last * Byte.SIZE));
    }

    private long mixed(long bits) {
        return (bits * chain) ^ Math.multiplyHigh(bits, chain);
    }
}
