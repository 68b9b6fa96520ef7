package io.pipit.cli;

import io.pipit.client.PacketListener;
import io.pipit.mqtt.Auth;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PingReq;
import io.pipit.mqtt.PingResp;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.Subscribe;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.UnsubAck;
import io.pipit.mqtt.Unsubscribe;

/** Shows the packets of a connection a line each, as -d asks for; in mosquitto's words. */
final class PacketTrace implements PacketListener {
    private final Terminal terminal;
    private final ProtocolVersion version;
    private String client = "(null)";

    PacketTrace(Terminal terminal, ProtocolVersion version) {
        this.terminal = terminal;
        this.version = version;
    }

    @Override
    public void sent(Packet packet) {
        if (packet instanceof Connect connect && !connect.clientIdentifier().isEmpty()) {
            client = connect.clientIdentifier().value();
        }
        show(
                "sending",
                packet,
                switch (packet) {
                    case PubAck ack ->
                        " (m" + ack.packetIdentifier() + ", rc"
                                + ack.reasonCode().code() + ")";
                    case PubRec ack ->
                        " (m" + ack.packetIdentifier() + ", rc"
                                + ack.reasonCode().code() + ")";
                    case PubRel ack -> " (m" + ack.packetIdentifier() + ")";
                    case PubComp ack -> " (m" + ack.packetIdentifier() + ")";
                    case Publish publish -> describe(publish);
                    case Subscribe subscribe -> describe(subscribe);
                    case Unsubscribe unsubscribe -> describe(unsubscribe);
                    case Connect other -> "";
                    case ConnAck other -> "";
                    case SubAck other -> "";
                    case UnsubAck other -> "";
                    case PingReq other -> "";
                    case PingResp other -> "";
                    case Disconnect other -> "";
                    case Auth other -> "";
                });
    }

    @Override
    public void received(Packet packet) {
        if (packet instanceof ConnAck connAck) {
            String assigned = connAck.properties().get(Property.ASSIGNED_CLIENT_IDENTIFIER);
            client = assigned == null ? client : assigned;
        }
        show(
                "received",
                packet,
                switch (packet) {
                    case ConnAck connAck -> " (" + ExitStatus.connectReturnCode(connAck.reasonCode(), version) + ")";
                    case PubAck ack ->
                        " (Mid: " + ack.packetIdentifier() + ", RC:"
                                + ack.reasonCode().code() + ")";
                    case PubComp ack ->
                        " (Mid: " + ack.packetIdentifier() + ", RC:"
                                + ack.reasonCode().code() + ")";
                    case PubRec ack -> " (Mid: " + ack.packetIdentifier() + ")";
                    case PubRel ack -> " (Mid: " + ack.packetIdentifier() + ")";
                    case Publish publish -> describe(publish);
                    case Disconnect disconnect -> " (" + disconnect.reasonCode().code() + ")";
                    case Connect other -> "";
                    case Subscribe other -> "";
                    case SubAck other -> "";
                    case Unsubscribe other -> "";
                    case UnsubAck other -> "";
                    case PingReq other -> "";
                    case PingResp other -> "";
                    case Auth other -> "";
                });
    }

    private void show(String direction, Packet packet, String details) {
        terminal.line("Client " + client + " " + direction + " " + packet.type() + details);
    }

    private static String describe(Publish publish) {
        return " (d" + (publish.dup() ? 1 : 0) + ", q" + publish.qos().level() + ", r" + (publish.retain() ? 1 : 0)
                + ", m" + publish.packetIdentifier() + ", '" + (publish.topic() == null ? "" : publish.topic())
                + "', ... (" + publish.payload().size() + " bytes))";
    }

    private static String describe(Subscribe subscribe) {
        StringBuilder text = new StringBuilder();
        for (SubscriptionRequest request : subscribe.subscriptions()) {
            text.append(text.isEmpty() ? " (Mid: " + subscribe.packetIdentifier() : "")
                    .append(", Topic: ")
                    .append(request.filter())
                    .append(", QoS: ")
                    .append(request.options().maximumQoS().level())
                    .append(", Options: ")
                    .append("0x%02x".formatted(bits(request.options())));
        }
        return text.append(')').toString();
    }

    /** The options as they travel, without the QoS. */
    private static int bits(SubscriptionOptions options) {
        int handling = options.retainHandling() == RetainHandling.SEND
                ? 0
                : options.retainHandling() == RetainHandling.SEND_IF_NEW ? 0x10 : 0x20;
        return (options.noLocal() ? 0x04 : 0) | (options.retainAsPublished() ? 0x08 : 0) | handling;
    }

    private static String describe(Unsubscribe unsubscribe) {
        StringBuilder text = new StringBuilder(" (Mid: ").append(unsubscribe.packetIdentifier());
        for (TopicFilter filter : unsubscribe.filters()) {
            text.append(", Topic: ").append(filter);
        }
        return text.append(')').toString();
    }
}
