package io.pipit.broker;

import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of rows. Those of one session begin with its number, which no other session ever had: so they are one
 * range in each table, and what is left of a session that has ended is never taken for another's. An instance makes
 * the keys of one session; those of other rows, and the way back, are static.
 */
final class Keys {
    private static final byte MESSAGE = 0;
    private static final byte COUNTER = 1;
    /** Bytes of the key of a shared message, or of its counter. */
    static final int MESSAGE_SIZE = Long.BYTES + 1;

    private static final byte EPOCH = 'e';
    private static final byte TIME = 't';
    private static final byte DEAD = 'x';

    private final long number;

    /** The keys of the session with this number, 0 or more. */
    Keys(long number) {
        this.number = number;
    }

    long number() {
        return number;
    }

    /** The beginning, inclusive, of its range in every table. */
    byte[] first() {
        return BigEndian.bytes(number);
    }

    /** The end, exclusive, of its range in every table. */
    byte[] end() {
        return BigEndian.bytes(number + 1);
    }

    /**
     * An entry of its queue; entries are in the order of their sequence numbers.
     *
     * @param sequence 0 or more
     */
    byte[] entry(long sequence) {
        byte[] key = new byte[2 * Long.BYTES];
        BigEndian.write(number, key, 0);
        BigEndian.write(sequence, key, Long.BYTES);
        return key;
    }

    /**
     * A Packet Identifier that was received.
     *
     * @param packetIdentifier 1 to 65,535
     */
    byte[] received(int packetIdentifier) {
        byte[] key = Arrays.copyOf(first(), Long.BYTES + 2);
        key[Long.BYTES] = (byte) (packetIdentifier >>> 8);
        key[Long.BYTES + 1] = (byte) packetIdentifier;
        return key;
    }

    /** A subscription. */
    byte[] subscription(TopicFilter filter) {
        byte[] utf8 = filter.utf8();
        byte[] key = Arrays.copyOf(first(), Long.BYTES + utf8.length);
        System.arraycopy(utf8, 0, key, Long.BYTES, utf8.length);
        return key;
    }

    /** A session's row: the Client Identifier itself. */
    static byte[] session(ClientIdentifier client) {
        return client.value().getBytes(StandardCharsets.UTF_8);
    }

    /** The will of the session with this number. */
    static byte[] will(long number) {
        return BigEndian.bytes(number);
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

    /** How often the broker was started on this storage. */
    static byte[] epoch() {
        return new byte[] {EPOCH};
    }

    /** The broker's time, and the wall clock beside it. */
    static byte[] time() {
        return new byte[] {TIME};
    }

    /** A session that has ended, and whose rows are being removed. */
    static byte[] dead(long number) {
        byte[] key = new byte[1 + Long.BYTES];
        key[0] = DEAD;
        BigEndian.write(number, key, 1);
        return key;
    }

    /** A row that was set aside: the name of its table, a 0, its key there. */
    static byte[] unreadable(Table of, byte[] key) {
        byte[] name = (of.name() + '\0').getBytes(StandardCharsets.UTF_8);
        byte[] moved = Arrays.copyOf(name, name.length + key.length);
        System.arraycopy(key, 0, moved, name.length, key.length);
        return moved;
    }

    /** Whether a key in the table of the broker is that of a session that has ended. */
    static boolean isDead(byte[] key) {
        return key.length == 1 + Long.BYTES && key[0] == DEAD;
    }

    /** The number of a session that has ended, of its key. */
    static long deadNumberOf(byte[] dead) {
        return BigEndian.read(dead, 1);
    }

    /** Whose row it is, of a session's row. */
    static ClientIdentifier clientIdentifierOf(byte[] session) {
        return new ClientIdentifier(new String(session, StandardCharsets.UTF_8));
    }

    /** The session's number at the beginning of any of its keys, or of its will's. */
    static long numberOf(byte[] key) {
        if (key.length < Long.BYTES) {
            throw new CorruptRowException("a key of " + key.length + " bytes without a session's number");
        }
        return BigEndian.read(key, 0);
    }

    /** The sequence number of an entry's key. */
    static long sequenceOf(byte[] entry) {
        require(entry, Long.BYTES);
        return BigEndian.read(entry, Long.BYTES);
    }

    /** The Packet Identifier of a key. */
    static int packetIdentifierOf(byte[] received) {
        require(received, 2);
        return ((received[Long.BYTES] & 0xFF) << 8) | (received[Long.BYTES + 1] & 0xFF);
    }

    /** The filter of a subscription's key. */
    static TopicFilter filterOf(byte[] subscription) {
        numberOf(subscription);
        try {
            return TopicFilter.owning(Arrays.copyOfRange(subscription, Long.BYTES, subscription.length));
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

    private static void require(byte[] key, int more) {
        if (key.length != Long.BYTES + more) {
            throw new CorruptRowException("a key of " + key.length + " bytes instead of " + (Long.BYTES + more));
        }
    }
}
