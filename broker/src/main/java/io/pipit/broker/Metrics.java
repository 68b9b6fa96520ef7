package io.pipit.broker;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The counters of one loop, which alone changes them; any thread may read them at any time by a {@link Snapshot} of
 * all loops. Most only grow; those of what exists now go up and down, and only their sum over all loops means
 * something.
 */
final class Metrics {
    private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(long[].class);

    /** Longs that keep two loops' counters from sharing a cache line. */
    private static final int PADDING = 16;

    private static final int TYPES = PacketType.values().length;
    private static final int LEVELS = QoS.values().length;
    private static final int REASONS = ReasonCode.values().length;

    private static final int BYTES_RECEIVED = PADDING;
    private static final int BYTES_SENT = BYTES_RECEIVED + 1;
    private static final int PAYLOAD_BYTES_RECEIVED = BYTES_SENT + 1;
    private static final int PAYLOAD_BYTES_SENT = PAYLOAD_BYTES_RECEIVED + 1;
    private static final int CONNECTIONS_OPENED = PAYLOAD_BYTES_SENT + 1;
    private static final int CONNECT_TIMEOUTS = CONNECTIONS_OPENED + 1;
    private static final int CONNECTED = CONNECT_TIMEOUTS + 1;
    private static final int DISCONNECTED = CONNECTED + 1;
    private static final int SESSIONS_CREATED = DISCONNECTED + 1;
    private static final int SESSIONS_ENDED = SESSIONS_CREATED + 1;
    private static final int SESSIONS_EXPIRED = SESSIONS_ENDED + 1;
    private static final int SUBSCRIPTIONS = SESSIONS_EXPIRED + 1;
    private static final int QUEUED_MESSAGES = SUBSCRIPTIONS + 1;
    private static final int QUEUED_BYTES = QUEUED_MESSAGES + 1;
    private static final int BROKER_FAULTS = QUEUED_BYTES + 1;
    private static final int RETAINED_HITS = BROKER_FAULTS + 1;
    private static final int RETAINED_MISSES = RETAINED_HITS + 1;
    private static final int PACKETS_RECEIVED = RETAINED_MISSES + 1;
    private static final int PACKETS_SENT = PACKETS_RECEIVED + TYPES;
    private static final int PACKETS_UNEXPECTED = PACKETS_SENT + TYPES;
    private static final int MESSAGES_RECEIVED = PACKETS_UNEXPECTED + TYPES;
    private static final int MESSAGES_SENT = MESSAGES_RECEIVED + LEVELS;
    private static final int DROPPED = MESSAGES_SENT + LEVELS;
    private static final int DROPPED_AT = DROPPED + DropReason.values().length;
    private static final int EXPIRED_AT = DROPPED_AT + LEVELS;
    private static final int REFUSED = EXPIRED_AT + LEVELS;
    private static final int REFUSED_SUBSCRIPTIONS = REFUSED + REASONS;
    private static final int PROTOCOL_ERRORS = REFUSED_SUBSCRIPTIONS + REASONS;
    private static final int SIZE = PROTOCOL_ERRORS + REASONS + PADDING;

    private final long[] values = new long[SIZE];

    private void add(int index, long amount) {
        VALUES.setOpaque(values, index, values[index] + amount);
    }

    @SuppressWarnings("EnumOrdinal") // nothing outside of this process sees the places
    private static int at(int family, Enum<?> member) {
        return family + member.ordinal();
    }

    // The network

    /** A connection was accepted, which has not sent its CONNECT yet. */
    void opened() {
        add(CONNECTIONS_OPENED, 1);
    }

    void bytesReceived(long bytes) {
        add(BYTES_RECEIVED, bytes);
    }

    void bytesSent(long bytes) {
        add(BYTES_SENT, bytes);
    }

    void received(PacketType type) {
        add(at(PACKETS_RECEIVED, type), 1);
    }

    /** A packet was sent; a PUBLISH is counted by {@link #sentPublish} instead. */
    void sent(PacketType type) {
        add(at(PACKETS_SENT, type), 1);
    }

    /** PUBACK, PUBREC, PUBREL or PUBCOMP with a Packet Identifier that is not in that state. */
    void unexpectedAcknowledgement(PacketType type) {
        add(at(PACKETS_UNEXPECTED, type), 1);
    }

    /** A client broke the protocol. */
    void protocolError(ReasonCode reason) {
        add(at(PROTOCOL_ERRORS, reason), 1);
    }

    // Messages

    /** A PUBLISH was accepted; as a packet it is counted by {@link #received}. */
    void receivedPublish(QoS qos, int payloadBytes) {
        add(MESSAGES_RECEIVED + qos.level(), 1);
        add(PAYLOAD_BYTES_RECEIVED, payloadBytes);
    }

    /** A PUBLISH was sent: counts the packet and the message. */
    void sentPublish(QoS qos, int payloadBytes) {
        add(at(PACKETS_SENT, PacketType.PUBLISH), 1);
        add(MESSAGES_SENT + qos.level(), 1);
        add(PAYLOAD_BYTES_SENT, payloadBytes);
    }

    /** A message was dropped, which would have been delivered at this QoS, or was published at it. */
    void dropped(DropReason reason, QoS qos) {
        add(at(DROPPED, reason), 1);
        add(DROPPED_AT + qos.level(), 1);
        if (reason == DropReason.EXPIRED) {
            add(EXPIRED_AT + qos.level(), 1);
        }
    }

    /** The queues of this loop's sessions have become longer, or shorter by negative numbers. */
    void queued(long messages, long bytes) {
        add(QUEUED_MESSAGES, messages);
        add(QUEUED_BYTES, bytes);
    }

    /** Something of the broker itself failed, for which nobody outside can be blamed. */
    void broke() {
        add(BROKER_FAULTS, 1);
    }

    /** A retained message was taken for a new subscription: from memory, or it had to be read. */
    void retainedTaken(boolean fromMemory) {
        add(fromMemory ? RETAINED_HITS : RETAINED_MISSES, 1);
    }

    // Clients and sessions

    /** A CONNECT was accepted. */
    void connected() {
        add(CONNECTED, 1);
    }

    /** A connection whose CONNECT was accepted has ended. */
    void disconnected() {
        add(DISCONNECTED, 1);
    }

    /** A CONNECT was refused. */
    void refused(ReasonCode reason) {
        add(at(REFUSED, reason), 1);
    }

    /** A connection was closed because its CONNECT did not come in time. */
    void connectTimedOut() {
        add(CONNECT_TIMEOUTS, 1);
    }

    void sessionCreated() {
        add(SESSIONS_CREATED, 1);
    }

    /** A session is over, for whatever reason. */
    void sessionEnded() {
        add(SESSIONS_ENDED, 1);
    }

    /** A session is over because its Session Expiry Interval passed; counted besides {@link #sessionEnded}. */
    void sessionExpired() {
        add(SESSIONS_EXPIRED, 1);
    }

    /** The sessions of this loop have so many subscriptions more, or fewer by a negative number. */
    void subscribed(long subscriptions) {
        add(SUBSCRIPTIONS, subscriptions);
    }

    void refusedSubscription(ReasonCode reason) {
        add(at(REFUSED_SUBSCRIPTIONS, reason), 1);
    }

    /** The sums over all loops at a time; each counter is exact, one may be newer than another by some events. */
    static final class Snapshot {
        private final long[] sums = new long[SIZE];

        /** Of these loops. */
        Snapshot(Iterable<Metrics> loops) {
            for (Metrics loop : loops) {
                for (int i = 0; i < SIZE; i++) {
                    sums[i] += (long) VALUES.getOpaque(loop.values, i);
                }
            }
        }

        private long sum(int from, int count) {
            long sum = 0;
            for (int i = from; i < from + count; i++) {
                sum += sums[i];
            }
            return sum;
        }

        /** Connections accepted since the start, whatever became of them. */
        long connectionsOpened() {
            return sums[CONNECTIONS_OPENED];
        }

        long bytesReceived() {
            return sums[BYTES_RECEIVED];
        }

        long bytesSent() {
            return sums[BYTES_SENT];
        }

        long payloadBytesReceived() {
            return sums[PAYLOAD_BYTES_RECEIVED];
        }

        long payloadBytesSent() {
            return sums[PAYLOAD_BYTES_SENT];
        }

        long packetsReceived() {
            return sum(PACKETS_RECEIVED, TYPES);
        }

        long packetsReceived(PacketType type) {
            return sums[at(PACKETS_RECEIVED, type)];
        }

        long packetsSent() {
            return sum(PACKETS_SENT, TYPES);
        }

        long packetsSent(PacketType type) {
            return sums[at(PACKETS_SENT, type)];
        }

        long unexpectedAcknowledgements(PacketType type) {
            return sums[at(PACKETS_UNEXPECTED, type)];
        }

        long messagesReceived() {
            return sum(MESSAGES_RECEIVED, LEVELS);
        }

        long messagesReceived(QoS qos) {
            return sums[MESSAGES_RECEIVED + qos.level()];
        }

        long messagesSent() {
            return sum(MESSAGES_SENT, LEVELS);
        }

        long messagesSent(QoS qos) {
            return sums[MESSAGES_SENT + qos.level()];
        }

        long dropped() {
            return sum(DROPPED, DropReason.values().length);
        }

        long dropped(DropReason reason) {
            return sums[at(DROPPED, reason)];
        }

        long dropped(QoS qos) {
            return sums[DROPPED_AT + qos.level()];
        }

        /** Those that were dropped because their time had passed; counted in {@link #dropped(QoS)}, too. */
        long expired(QoS qos) {
            return sums[EXPIRED_AT + qos.level()];
        }

        /** Messages in the queues of all sessions now. */
        long queuedMessages() {
            return sums[QUEUED_MESSAGES];
        }

        long queuedBytes() {
            return sums[QUEUED_BYTES];
        }

        long brokerFaults() {
            return sums[BROKER_FAULTS];
        }

        /** Retained messages taken for new subscriptions that were in memory. */
        long retainedHits() {
            return sums[RETAINED_HITS];
        }

        /** Retained messages taken for new subscriptions that had to be read from the storage. */
        long retainedMisses() {
            return sums[RETAINED_MISSES];
        }

        /** Clients connected now. */
        long clients() {
            return Math.max(0, sums[CONNECTED] - sums[DISCONNECTED]);
        }

        /** CONNECTs accepted since the start. */
        long connects() {
            return sums[CONNECTED];
        }

        long disconnects() {
            return sums[DISCONNECTED];
        }

        long connectTimeouts() {
            return sums[CONNECT_TIMEOUTS];
        }

        long refused() {
            return sum(REFUSED, REASONS);
        }

        long refused(ReasonCode reason) {
            return sums[at(REFUSED, reason)];
        }

        long protocolErrors() {
            return sum(PROTOCOL_ERRORS, REASONS);
        }

        long protocolErrors(ReasonCode reason) {
            return sums[at(PROTOCOL_ERRORS, reason)];
        }

        long refusedSubscriptions() {
            return sum(REFUSED_SUBSCRIPTIONS, REASONS);
        }

        long refusedSubscriptions(ReasonCode reason) {
            return sums[at(REFUSED_SUBSCRIPTIONS, reason)];
        }

        /** Sessions now, with or without connection. */
        long sessions() {
            return Math.max(0, sums[SESSIONS_CREATED] - sums[SESSIONS_ENDED]);
        }

        long sessionsExpired() {
            return sums[SESSIONS_EXPIRED];
        }

        /** Subscriptions of all sessions now, shared ones included. */
        long subscriptions() {
            return sums[SUBSCRIPTIONS];
        }
    }
}
