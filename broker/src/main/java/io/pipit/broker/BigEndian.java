package io.pipit.broker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Whole numbers as 8 bytes, the highest first, so that those from 0 on sort by their bytes as by their value. */
final class BigEndian {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private BigEndian() {}

    static byte[] bytes(long value) {
        byte[] bytes = new byte[Long.BYTES];
        write(value, bytes, 0);
        return bytes;
    }

    static void write(long value, byte[] target, int offset) {
        LONGS.set(target, offset, value);
    }

    /** The number at this place; throws IndexOutOfBoundsException where fewer than 8 bytes are left. */
    static long read(byte[] source, int offset) {
        return (long) LONGS.get(source, offset);
    }
}
