package io.pipit.simulation;

import io.pipit.mqtt.Payload;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One application message as its publisher knows it: its number is in its payload. Times are stamps of the ledger. */
final class Published {
    private static final long NEVER = -1;
    private static final char END = '|';

    private final int number;
    private final int publisher;
    private final TopicName topic;
    private final QoS qos;
    private final boolean retain;
    private final Payload payload;
    private final int expirySeconds;
    private long firstSent = NEVER;
    private long lastSent = NEVER;
    private long acknowledged = NEVER;
    private long acknowledgedNanos;
    private int timesSent;
    private boolean disturbed;

    Published(int number, int publisher, TopicName topic, QoS qos, boolean retain, int size, int expirySeconds) {
        this.number = number;
        this.publisher = publisher;
        this.topic = topic;
        this.qos = qos;
        this.retain = retain;
        this.payload = size < 0 ? Payload.EMPTY : payload(number, size);
        this.expirySeconds = expirySeconds;
    }

    /** Counts all messages of a history from 1. */
    int number() {
        return number;
    }

    int publisher() {
        return publisher;
    }

    TopicName topic() {
        return topic;
    }

    QoS qos() {
        return qos;
    }

    boolean retain() {
        return retain;
    }

    Payload payload() {
        return payload;
    }

    /** 0 for none. */
    int expirySeconds() {
        return expirySeconds;
    }

    /** Whether only shared subscriptions match it. */
    boolean isShared() {
        return topic.toString().charAt(0) == 's';
    }

    /** Whether the order of its topic is promised: not among members of a shared subscription, nor among wills. */
    boolean isOrdered() {
        return !isShared() && topic.toString().charAt(0) != 'w';
    }

    void sent(long stamp) {
        if (firstSent == NEVER) {
            firstSent = stamp;
        }
        lastSent = stamp;
        timesSent++;
    }

    void acknowledged(long stamp, long nanos) {
        acknowledged = stamp;
        acknowledgedNanos = nanos;
    }

    /** The storage failed while it was under way: it may have been refused, and come again behind later ones. */
    void disturb() {
        disturbed = true;
    }

    long firstSent() {
        return firstSent;
    }

    long lastSent() {
        return lastSent;
    }

    boolean isAcknowledged() {
        return acknowledged != NEVER;
    }

    /** When the broker's promise was heard. */
    long acknowledgedStamp() {
        return acknowledged;
    }

    long acknowledgedNanos() {
        return acknowledgedNanos;
    }

    int timesSent() {
        return timesSent;
    }

    boolean isDisturbed() {
        return disturbed;
    }

    @Override
    public String toString() {
        return "message " + number + " (" + topic + ", QoS " + qos.level() + ", of client " + publisher + ")";
    }

    /** The number in a payload, or 0 when it is empty. */
    static int numberIn(Payload payload) {
        byte[] bytes = payload.toByteArray();
        int number = 0;
        for (byte one : bytes) {
            if (one == END) {
                return number;
            }
            number = number * 10 + (one - '0');
        }
        return number;
    }

    private static Payload payload(int number, int size) {
        byte[] head = (Integer.toString(number) + END).getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = Arrays.copyOf(head, Math.max(head.length, size));
        Arrays.fill(bytes, head.length, bytes.length, (byte) ('a' + number % 26));
        return Payload.owning(bytes);
    }
}
