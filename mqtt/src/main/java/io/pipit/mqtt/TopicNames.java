package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The Topic Names that one event loop has seen of late, found by their bytes in a read buffer: a topic that comes
 * again costs neither validation nor an object. A fixed number of slots, each with the topic that used it last;
 * confined to its loop.
 */
public final class TopicNames {
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
        int hash = 1;
        for (int i = index; i < index + size; i++) {
            hash = 31 * hash + in.getByte(i);
        }
        int slot = (hash ^ (hash >>> 16)) & (slots.length - 1);
        TopicName known = slots[slot];
        if (known != null && known.hashCode() == hash && equal(known.utf8(), in, index, size)) {
            return known;
        }
        byte[] utf8 = new byte[size];
        in.getBytes(index, utf8);
        if (!Utf8.isValid(utf8)) {
            throw new ProtocolException("Topic Name is not UTF-8", ReasonCode.MALFORMED_PACKET);
        }
        String fault = TopicName.faultOf(utf8);
        if (fault != null) {
            throw new ProtocolException("Topic Name " + fault, ReasonCode.MALFORMED_PACKET);
        }
        TopicName topic = new TopicName(utf8);
        slots[slot] = topic;
        return topic;
    }

    private static boolean equal(byte[] utf8, ByteBuf in, int index, int size) {
        if (utf8.length != size) {
            return false;
        }
        for (int i = 0; i < size; i++) {
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
