package io.pipit.mqtt;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * The hash of topics and filters: by secrets of this process, so that no client can choose names that meet in one
 * place of a table. It decides only where something lies, never what is found.
 */
final class Utf8Hash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SEED;
    private static final long MULTIPLIER;

    static {
        SplittableRandom random = new SplittableRandom();
        SEED = random.nextLong();
        MULTIPLIER = random.nextLong() | 1;
    }

    private Utf8Hash() {}

    /** The hash of these bytes. */
    static int of(byte[] utf8) {
        long hash = mixed(SEED ^ utf8.length);
        int at = 0;
        for (; utf8.length - at >= Long.BYTES; at += Long.BYTES) {
            hash = mixed(hash ^ (long) LONGS.get(utf8, at));
        }
        long rest = 0;
        for (; at < utf8.length; at++) {
            rest = rest << Byte.SIZE | (utf8[at] & 0xFF);
        }
        hash = mixed(hash ^ rest);
        return (int) (hash ^ hash >>> 32);
    }

    private static long mixed(long bits) {
        return (bits * MULTIPLIER) ^ Math.multiplyHigh(bits, MULTIPLIER);
    }
}
