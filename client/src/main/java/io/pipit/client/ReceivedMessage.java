package io.pipit.client;

import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import java.util.function.BiConsumer;

/** An application message as it came, with what belongs to this one delivery. Any thread may use it and keep it. */
public final class ReceivedMessage {
    private final TopicName topic;
    private final Payload payload;
    private final QoS qos;
    private final boolean retain;
    private final boolean dup;
    private final int packetIdentifier;
    private final Properties properties;
    private final BiConsumer<ReasonCode, Properties> acknowledgement;

    /**
     * A message as the client makes them; applications need this in the tests of their listeners.
     *
     * @param acknowledgement what {@link #acknowledge(ReasonCode, Properties)} does
     */
    public ReceivedMessage(
            TopicName topic,
            Payload payload,
            QoS qos,
            boolean retain,
            boolean dup,
            int packetIdentifier,
            Properties properties,
            BiConsumer<ReasonCode, Properties> acknowledgement) {
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
     * message is gone, one of QoS 1 has no effect: the server sends the message again. One of QoS 2 counts: the
     * server's repetition is answered by it.
     */
    public void acknowledge() {
        acknowledge(ReasonCode.SUCCESS, Properties.NONE);
    }

    /**
     * As {@link #acknowledge()}, saying more: a Reason String, User Properties, or that the message is not taken
     * (0x80 and above). The server does not send such a message again. 3.x says nothing of it.
     *
     * @param reasonCode one that PUBACK and PUBREC may carry (MQTT 5.0, section 3.4.2.1)
     * @throws IllegalArgumentException when it is another
     */
    public void acknowledge(ReasonCode reasonCode, Properties properties) {
        switch (reasonCode) {
            case SUCCESS,
                    NO_MATCHING_SUBSCRIBERS,
                    UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    NOT_AUTHORIZED,
                    TOPIC_NAME_INVALID,
                    PACKET_IDENTIFIER_IN_USE,
                    QUOTA_EXCEEDED,
                    PAYLOAD_FORMAT_INVALID -> acknowledgement.accept(reasonCode, properties);
            default -> throw new IllegalArgumentException(reasonCode + " does not acknowledge a message");
        }
    }

    @Override
    public String toString() {
        return topic + ", QoS " + qos.level() + ", " + payload;
    }
}
