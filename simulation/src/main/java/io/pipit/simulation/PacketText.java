package io.pipit.simulation;

import io.pipit.mqtt.Auth;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.PingReq;
import io.pipit.mqtt.PingResp;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.Subscribe;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.UnsubAck;
import io.pipit.mqtt.Unsubscribe;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Packets as one line for people: the way the standard speaks of them, and only what is not usual. */
final class PacketText {
    private static final int LONGEST_PAYLOAD = 60;

    private PacketText() {}

    static String of(Packet packet) {
        return switch (packet) {
            case Connect connect -> connect(connect);
            case ConnAck ack ->
                line("CONNACK", ack.sessionPresent() ? "session present" : null, reason(ack.reasonCode()))
                        + properties(ack.properties());
            case Publish publish -> publish(publish);
            case PubAck ack -> "PUBACK " + ack.packetIdentifier() + outcome(ack.reasonCode(), ack.properties());
            case PubRec ack -> "PUBREC " + ack.packetIdentifier() + outcome(ack.reasonCode(), ack.properties());
            case PubRel ack -> "PUBREL " + ack.packetIdentifier() + outcome(ack.reasonCode(), ack.properties());
            case PubComp ack -> "PUBCOMP " + ack.packetIdentifier() + outcome(ack.reasonCode(), ack.properties());
            case Subscribe subscribe ->
                "SUBSCRIBE " + subscribe.packetIdentifier() + requests(subscribe) + properties(subscribe.properties());
            case SubAck ack ->
                "SUBACK " + ack.packetIdentifier() + " " + ack.reasonCodes() + properties(ack.properties());
            case Unsubscribe unsubscribe ->
                "UNSUBSCRIBE " + unsubscribe.packetIdentifier() + " " + unsubscribe.filters()
                        + properties(unsubscribe.properties());
            case UnsubAck ack ->
                "UNSUBACK " + ack.packetIdentifier() + " " + ack.reasonCodes() + properties(ack.properties());
            case PingReq ping -> "PINGREQ";
            case PingResp pong -> "PINGRESP";
            case Disconnect end -> "DISCONNECT" + outcome(end.reasonCode(), end.properties());
            case Auth auth -> "AUTH" + outcome(auth.reasonCode(), auth.properties());
        };
    }

    private static String connect(Connect connect) {
        String text = line(
                "CONNECT " + connect.version() + (connect.bridge() ? " bridge" : ""),
                "\"" + connect.clientIdentifier() + "\"",
                connect.cleanStart() ? "clean start" : "clean start 0",
                connect.keepAliveSeconds() == 0 ? null : "keep alive " + connect.keepAliveSeconds(),
                connect.userName() == null ? null : "user " + connect.userName());
        var will = connect.will();
        String willText = will == null
                ? ""
                : ", will " + will.topic() + " " + payload(will.payload()) + " QoS "
                        + will.qos().level() + (will.retain() ? " retain" : "") + properties(will.properties());
        return text + properties(connect.properties()) + willText;
    }

    private static String publish(Publish publish) {
        return line(
                        "PUBLISH",
                        publish.topic() == null ? "(no topic)" : publish.topic().toString(),
                        payload(publish.payload()),
                        "QoS " + publish.qos().level(),
                        publish.packetIdentifier() == 0 ? null : "id " + publish.packetIdentifier(),
                        publish.dup() ? "DUP" : null,
                        publish.retain() ? "RETAIN" : null)
                + properties(publish.properties());
    }

    private static String requests(Subscribe subscribe) {
        return subscribe.subscriptions().stream().map(PacketText::request).collect(Collectors.joining(",", " ", ""));
    }

    private static String request(SubscriptionRequest request) {
        var options = request.options();
        return line(
                request.filter().toString(),
                "QoS " + options.maximumQoS().level(),
                options.noLocal() ? "no local" : null,
                options.retainAsPublished() ? "retain as published" : null,
                "retain handling " + options.retainHandling());
    }

    private static String payload(Payload payload) {
        String text = payload.toText();
        return text.length() <= LONGEST_PAYLOAD
                ? "\"" + text + "\""
                : "\"" + text.substring(0, LONGEST_PAYLOAD) + "\"... (" + payload.size() + " bytes)";
    }

    private static String outcome(ReasonCode reason, Properties properties) {
        return (reason == ReasonCode.SUCCESS ? "" : " " + reason) + properties(properties);
    }

    private static @Nullable String reason(ReasonCode reason) {
        return reason == ReasonCode.SUCCESS ? null : reason.toString();
    }

    private static String properties(Properties properties) {
        return properties.isEmpty() ? "" : " " + properties;
    }

    private static String line(@Nullable String... words) {
        StringBuilder text = new StringBuilder();
        for (String word : words) {
            if (word != null) {
                text.append(text.isEmpty() ? "" : " ").append(word);
            }
        }
        return text.toString();
    }
}
