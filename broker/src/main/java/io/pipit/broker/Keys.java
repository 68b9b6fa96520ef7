package io.pipit.broker;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of rows. Those of one session begin with its Client Identifier, the length first (two bytes): so they
 * are one range in each table, and no identifier is the beginning of another's. An instance makes the keys of one
 * session; those of other rows, and the way back, are static.
 */
final class Keys {
    private static final int LENGTH = 2;
    private static final byte MESSAGE = 0;
    private static final byte COUNTER = 1;

    private final byte[] session;
    private final byte[] end;

    /** The keys of the session of this Client Identifier, of at most 65,535 bytes. */
    Keys(ClientIdentifier client) {
        byte[] utf8 = client.value().getBytes(StandardCharsets.UTF_8);
        if (utf8.length > 0xFFFF) {
            throw new IllegalArgumentException("a Client Identifier of " + utf8.length + " bytes");
        }
        session = new byte[LENGTH + utf8.length];
        session[0] = (byte) (utf8.length >>> 8);
        session[1] = (byte) utf8.length;
        System.arraycopy(utf8, 0, session, LENGTH, utf8.length);
        end = session.clone();
        int last = end.length - 1;
        while (++end[last] == 0) {
            last--;
        }
    }

    /** The key of the session's row, and of its will's; the first key of its range in the other tables. */
    byte[] session() {
        return session;
    }

    /** The end, exclusive, of its range in every table. */
    byte[] end() {
        return end;
    }

    /**
     * An entry of its queue; entries are in the order of their sequence numbers.
     *
     * @param sequence 0 or more
     */
    byte[] entry(long sequence) {
        byte[] key = Arrays.copyOf(session, session.length + Long.BYTES);
        BigEndian.write(sequence, key, session.length);
        return key;
    }

    /**
     * A Packet Identifier that was received.
     *
     * @param packetIdentifier 1 to 65,535
     */
    byte[] received(int packetIdentifier) {
        byte[] key = Arrays.copyOf(session, session.length + 2);
        key[session.length] = (byte) (packetIdentifier >>> 8);
        key[session.length + 1] = (byte) packetIdentifier;
        return key;
    }

    /** A subscription. */
    byte[] subscription(TopicFilter filter) {
        byte[] utf8 = filter.utf8();
        byte[] key = Arrays.copyOf(session, session.length + utf8.length);
        System.arraycopy(utf8, 0, key, session.length, utf8.length);
        return key;
    }

    /** A retained message: the topic itself. */
    static byte[] retained(TopicName topic) {
        return topic.utf8();
    }

    /** A message that several queues refer to. */
    static byte[] message(long number) {
        return shared(number, MESSAGE);
    }

    /** The counter of those that refer to it, next to it. */
    static byte[] counter(long number) {
        return shared(number, COUNTER);
    }

    private static byte[] shared(long number, byte kind) {
        byte[] key = new byte[Long.BYTES + 1];
        BigEndian.write(number, key, 0);
        key[Long.BYTES] = kind;
        return key;
    }

    /** Whose row it is, of any key of a session. */
    static ClientIdentifier clientIdentifierOf(byte[] key) {
        return new ClientIdentifier(new String(key, LENGTH, sessionSize(key) - LENGTH, StandardCharsets.UTF_8));
    }

    /** The sequence number of an entry's key. */
    static long sequenceOf(byte[] entry) {
        return BigEndian.read(entry, requireMore(entry, Long.BYTES));
    }

    /** The Packet Identifier of a key. */
    static int packetIdentifierOf(byte[] received) {
        int start = requireMore(received, 2);
        return (received[start] & 0xFF) << 8 | (received[start + 1] & 0xFF);
    }

    /** The filter of a subscription's key. */
    static TopicFilter filterOf(byte[] subscription) {
        try {
            return TopicFilter.owning(Arrays.copyOfRange(subscription, sessionSize(subscription), subscription.length));
        } catch (IllegalArgumentException fault) {
            throw new CorruptRowException("the key of a subscription without a filter", fault);
        }
    }

    /** The number of a shared message, of its own key or its counter's. */
    static long messageNumberOf(byte[] key) {
        return BigEndian.read(key, 0);
    }

    /** Whether a key in the table of messages is a counter's. */
    static boolean isCounter(byte[] key) {
        return key[Long.BYTES] == COUNTER;
    }

    private static int sessionSize(byte[] key) {
        int size = key.length < LENGTH ? LENGTH : LENGTH + ((key[0] & 0xFF) << 8 | (key[1] & 0xFF));
        if (size > key.length) {
            throw new CorruptRowException("a key of " + key.length + " bytes whose Client Identifier takes " + size);
        }
        return size;
    }

    private static int requireMore(byte[] key, int bytes) {
        int size = sessionSize(key);
        if (key.length != size + bytes) {
            throw new CorruptRowException("a key of " + key.length + " bytes instead of " + (size + bytes));
        }
        return size;
    }
}
