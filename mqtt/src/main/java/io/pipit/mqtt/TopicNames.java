package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The Topic Names that one event loop has seen of late, found by their bytes in a read buffer: a topic that comes
 * again costs neither validation nor an object. A fixed number of slots, each with the topic that used it last;
 * confined to its loop.
 */
public final class TopicNames {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final @Nullable TopicName[] slots;

    /** With room for so many topics, a power of two. */
    public TopicNames(int slots) {
        if (Integer.bitCount(slots) != 1) {
            throw new IllegalArgumentException(slots + " slots are no power of two");
        }
        this.slots = new @Nullable TopicName[slots];
    }

    /** The Topic Name at these bytes of a buffer, checked and remembered when it is new. */
    TopicName lookUp(ByteBuf in, int index, int size) throws ProtocolException {
        int slot = slot(in, index, size);
        TopicName known = slots[slot];
        if (known != null && equal(known.utf8(), in, index, size)) {
            return known;
        }
        TopicName topic = read(in, index, size);
        slots[slot] = topic;
        return topic;
    }

    private static TopicName read(ByteBuf in, int index, int size) throws ProtocolException {
        byte[] utf8 = new byte[size];
        in.getBytes(index, utf8);
        if (!Utf8.isValid(utf8)) {
            throw new ProtocolException("Topic Name is not UTF-8", ReasonCode.MALFORMED_PACKET); // [MQTT-3.3.2-1]
        }
        String fault = TopicName.faultOf(utf8);
        if (fault != null) {
            throw new ProtocolException("Topic Name " + fault, ReasonCode.MALFORMED_PACKET);
        }
        return new TopicName(utf8);
    }

    /** Mixes the bytes eight at a time; the last eight may overlap those before them. */
    private int slot(ByteBuf in, int index, int size) {
        long hash = size;
        if (size >= Long.BYTES) {
            int last = index + size - Long.BYTES;
            for (int i = index; i < last; i += Long.BYTES) {
                hash = mix(hash ^ in.getLong(i));
            }
            hash = mix(hash ^ in.getLong(last));
        } else {
            for (int i = index; i < index + size; i++) {
                hash = hash << Byte.SIZE | in.getUnsignedByte(i);
            }
            hash = mix(hash);
        }
        return (int) (hash >>> 32) & (slots.length - 1);
    }

    private static long mix(long bits) {
        long mixed = bits * 0x9E37_79B9_7F4A_7C15L; // 2^64 divided by the golden ratio
        return mixed ^ mixed >>> 32;
    }

    private static boolean equal(byte[] utf8, ByteBuf in, int index, int size) {
        if (utf8.length != size) {
            return false;
        }
        int i = 0;
        for (; i <= size - Long.BYTES; i += Long.BYTES) {
            if ((long) LONGS.get(utf8, i) != in.getLong(index + i)) {
                return false;
            }
        }
        for (; i < size; i++) {
            if (utf8[i] != in.getByte(index + i)) {
                return false;
            }
        }
        return true;
    }

    /** Forgets everything. */
    void clear() {
        Arrays.fill(slots, null);
    }
}
