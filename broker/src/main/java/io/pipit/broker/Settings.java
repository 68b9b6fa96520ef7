package io.pipit.broker;

import io.pipit.mqtt.QoS;
import java.time.Duration;

/**
 * Every bound, default and choice of the broker. 0 always means "no limit".
 *
 * @param mqtt what is announced in CONNACK and asked of clients
 */
public record Settings(Mqtt mqtt, Session session, Queue queue, Retained retained, Sys sys, Limits limits, Disk disk) {
    /** What Pipit does when nothing else is said. */
    public static final Settings DEFAULT = new Settings(
            new Mqtt(
                    1 << 20,
                    1024,
                    64,
                    64,
                    QoS.EXACTLY_ONCE,
                    true,
                    true,
                    true,
                    true,
                    1.5,
                    0,
                    Duration.ofSeconds(10),
                    128,
                    "_response/"),
            new Session(Duration.ofDays(7), Duration.ZERO),
            new Queue(1_000_000, 256L << 20, QueuePolicy.DROP_OLDEST, false),
            new Retained(Duration.ZERO, 0),
            new Sys(Duration.ofSeconds(10), "pipit@127.0.0.1"),
            new Limits(0, 0, 1 << 20, 0, 64L << 20),
            new Disk(Duration.ofSeconds(10)));

    /**
     * The protocol's own parameters.
     *
     * @param maximumPacketSize bytes that a client may send in a packet, at least 1024
     * @param receiveMaximum QoS 1 and 2 messages that a client may have unacknowledged at the broker, 1 to 65,535
     * @param topicAliasMaximum aliases that a client may use, 0 to 65,535
     * @param outgoingTopicAliasMaximum aliases that the broker uses towards a client that allows them
     * @param keepAliveFactor after how many keep-alive periods of silence a client is disconnected: at least 1
     * @param maximumKeepAliveSeconds longer ones, and none, are replaced by it as Server Keep Alive; 5.0 only
     * @param connectTimeout for the CONNECT to arrive on a new connection
     * @param maximumTopicLevels of a Topic Name or Topic Filter
     * @param responseInformation the prefix that a client that asks for Response Information is given, with its
     *     client identifier behind; empty for none
     */
    public record Mqtt(
            int maximumPacketSize,
            int receiveMaximum,
            int topicAliasMaximum,
            int outgoingTopicAliasMaximum,
            QoS maximumQos,
            boolean retainAvailable,
            boolean wildcardSubscriptionAvailable,
            boolean sharedSubscriptionAvailable,
            boolean subscriptionIdentifierAvailable,
            double keepAliveFactor,
            int maximumKeepAliveSeconds,
            Duration connectTimeout,
            int maximumTopicLevels,
            String responseInformation) {}

    /**
     * Sessions that outlive their connection.
     *
     * @param defaultExpiry of 3.x clients with Clean Session 0, which cannot say one
     * @param maximumExpiry longer ones are cut to it, which CONNACK says
     */
    public record Session(Duration defaultExpiry, Duration maximumExpiry) {}

    /**
     * The queue of one session: QoS 1 and 2 messages that are not yet acknowledged.
     *
     * @param qos0 whether QoS 0 messages are queued, too, for stored sessions without connection
     */
    public record Queue(long maxMessages, long maxBytes, QueuePolicy policy, boolean qos0) {}

    /**
     * Retained messages.
     *
     * @param expiry after which the server clears them; a shorter Message Expiry Interval goes first
     * @param cacheBytes of those that the storage has and memory, too, so that they need not be read; 0 takes a
     *     sixteenth of the heap
     */
    public record Retained(Duration expiry, long cacheBytes) {}

    /**
     * The topics below {@code $SYS}.
     *
     * @param interval between publications; 0 for none
     * @param node the name in {@code $SYS/brokers/<node>/...}
     */
    public record Sys(Duration interval, String node) {}

    /**
     * What happens while the storage cannot take more.
     *
     * @param refuseAfter for which a client of 3.x, which cannot be told that its message was not stored, stays
     *     connected without that message's acknowledgement, before its connection is closed; 0 for ever
     */
    public record Disk(Duration refuseAfter) {}

    /**
     * Bounds that protect the broker.
     *
     * @param connections at a time
     * @param subscriptionsPerSession of one session
     * @param outgoingBytes that wait for one slow client, above which its connection is not read and QoS 0 dropped
     * @param memory bytes of queued messages and buffers, above which publishers that fill it are paused; 0 takes
     *     half of the heap
     * @param uncommittedBytes of all changes that wait for the storage, above which a publisher of whose messages some
     *     are among them is paused until these are stored
     */
    public record Limits(
            int connections, int subscriptionsPerSession, int outgoingBytes, long memory, long uncommittedBytes) {}
}
