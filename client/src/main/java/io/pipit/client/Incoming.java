package io.pipit.client;

import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The half of a client's Session State that it receives: Packet Identifiers of QoS 2 that are not yet released, and
 * on the present connection the messages that await the application's acknowledgement. It decides, and sends nothing
 * itself. Guarded by the lock of {@link Deliveries}.
 */
final class Incoming {
    /** The delivery of one message of QoS 1 or 2. */
    static final class Receipt {
        private final int packetIdentifier;
        private final QoS qos;
        /** What the application has said to it, or null as long as it has not. */
        private @Nullable Packet acknowledgement;
        /** Counts against the Receive Maximum of the present connection. */
        private boolean inFlight = true;

        private Receipt(Publish publish) {
            this.packetIdentifier = publish.packetIdentifier();
            this.qos = publish.qos();
        }

        private void acknowledge(ReasonCode reasonCode, Properties properties) {
            acknowledgement = qos == QoS.AT_LEAST_ONCE
                    ? new PubAck(packetIdentifier, reasonCode, properties)
                    : new PubRec(packetIdentifier, reasonCode, properties);
        }
    }

    /**
     * What is to be done with a PUBLISH.
     *
     * @param delivery to be given to the application, or null for one that it has had
     * @param reply to be sent now, or null
     */
    record Arrival(@Nullable Receipt delivery, @Nullable Packet reply) {}

    private final Map<Integer, Receipt> unreleased = new HashMap<>();
    private final Deque<Receipt> unacknowledged = new ArrayDeque<>();
    private final int receiveMaximum;
    private int inFlight;

    Incoming(int receiveMaximum) {
        this.receiveMaximum = receiveMaximum;
    }

    /** A PUBLISH of QoS 1 or 2 has come. */
    Arrival received(Publish publish) throws ProtocolException {
        Receipt known = publish.qos() == QoS.EXACTLY_ONCE ? unreleased.get(publish.packetIdentifier()) : null;
        if (known != null) {
            count(known);
            boolean waits = unacknowledged.contains(known);
            if (!waits && known.acknowledgement == null) {
                unacknowledged.add(known);
            }
            return new Arrival(null, waits ? null : known.acknowledgement); // [MQTT-4.3.3-10]
        }
        Receipt receipt = new Receipt(publish);
        receipt.inFlight = false;
        count(receipt);
        unacknowledged.add(receipt);
        if (publish.qos() == QoS.EXACTLY_ONCE) {
            unreleased.put(publish.packetIdentifier(), receipt);
        }
        return new Arrival(receipt, null);
    }

    private void count(Receipt receipt) throws ProtocolException {
        if (!receipt.inFlight) {
            receipt.inFlight = true;
            inFlight++;
            if (inFlight > receiveMaximum) { // [MQTT-3.3.4-9]
                throw new ProtocolException(
                        "the server sent more than the Receive Maximum of " + receiveMaximum + " at once",
                        ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
            }
        }
    }

    /**
     * The application has taken care of a message; the first word counts. Returns what may be sent now, in the order
     * of arrival.
     */
    List<Packet> acknowledge(Receipt receipt, ReasonCode reasonCode, Properties properties) {
        if (receipt.acknowledgement == null) {
            receipt.acknowledge(reasonCode, properties);
        }
        List<Packet> packets = new ArrayList<>(1);
        while (true) { // [MQTT-4.6.0-2], [MQTT-4.6.0-3]
            Receipt head = unacknowledged.peek();
            Packet acknowledgement = head == null ? null : head.acknowledgement;
            if (head == null || acknowledgement == null) {
                return packets;
            }
            unacknowledged.remove();
            packets.add(acknowledgement);
            if (head.qos == QoS.AT_LEAST_ONCE) {
                done(head);
            } else if (((PubRec) acknowledgement).reasonCode().isError()) {
                unreleased.remove(head.packetIdentifier); // [MQTT-4.3.3-9]
                done(head);
            }
        }
    }

    private void done(Receipt receipt) {
        if (receipt.inFlight) {
            receipt.inFlight = false;
            inFlight--;
        }
    }

    /** A PUBREL has come; returns its answer. */
    PubComp released(PubRel release) {
        int identifier = release.packetIdentifier();
        Receipt receipt = unreleased.remove(identifier);
        if (receipt == null) {
            return new PubComp(identifier, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Properties.NONE);
        }
        unacknowledged.remove(receipt);
        done(receipt);
        return new PubComp(identifier);
    }

    /** The connection is gone; unreleased identifiers stay. */
    void disconnected() {
        unacknowledged.clear();
        inFlight = 0;
        for (Receipt receipt : unreleased.values()) {
            receipt.inFlight = false;
        }
    }

    /** The server has no session for this client. */
    void sessionLost() {
        unreleased.clear();
    }
}
