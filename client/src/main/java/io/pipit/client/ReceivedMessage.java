package io.pipit.client;

import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;

/** An application message as it came, with what belongs to this one delivery. Any thread may use it and keep it. */
public final class ReceivedMessage {
    private final TopicName topic;
    private final Payload payload;
    private final QoS qos;
    private final boolean retain;
    private final boolean dup;
    private final int packetIdentifier;
    private final Properties properties;
    private final Runnable acknowledgement;

    /**
     * A message as the client makes them; applications need this in the tests of their listeners.
     *
     * @param acknowledgement what {@link #acknowledge} does
     */
    public ReceivedMessage(
            TopicName topic,
            Payload payload,
            QoS qos,
            boolean retain,
            boolean dup,
            int packetIdentifier,
            Properties properties,
            Runnable acknowledgement) {
        this.topic = topic;
        this.payload = payload;
        this.qos = qos;
        this.retain = retain;
        this.dup = dup;
        this.packetIdentifier = packetIdentifier;
        this.properties = properties;
        this.acknowledgement = acknowledgement;
    }

    /** The Topic Name, also where the server sent only its alias. */
    public TopicName topic() {
        return topic;
    }

    public Payload payload() {
        return payload;
    }

    /** The QoS of this delivery. */
    public QoS qos() {
        return qos;
    }

    /** The RETAIN flag: a retained message that a subscription met, or as published when that was asked for. */
    public boolean isRetained() {
        return retain;
    }

    /** Whether this delivery may have been tried before. Never at QoS 2: duplicates of it are not delivered. */
    public boolean isDuplicate() {
        return dup;
    }

    /** 1 to 65,535, or 0 at QoS 0. */
    public int packetIdentifier() {
        return packetIdentifier;
    }

    /** Those of the PUBLISH, Subscription Identifiers and Topic Alias among them; none in 3.x. */
    public Properties properties() {
        return properties;
    }

    /**
     * Says that the message has been taken care of; the second time and at QoS 0 nothing happens. Acknowledgements
     * leave in the order of the messages, so one waits for those before it. After the connection that brought the
     * message is gone, one of QoS 1 has no effect: the server sends the message again.
     */
    public void acknowledge() {
        acknowledgement.run();
    }

    @Override
    public String toString() {
        return topic + ", QoS " + qos.level() + ", " + payload;
    }
}
