package io.pipit.broker;

import io.pipit.broker.spi.Identity;
import io.pipit.broker.spi.Peer;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is published below {@code $SYS/brokers/<node>/} when it happens: clients that come and go, with emqttd's
 * topics and JSON fields, and alarms. Any thread.
 */
final class SysEvents {
    private static final int MAX_TOPIC_BYTES = 65_535;

    private final String prefix;

    SysEvents(String node) {
        this.prefix = "$SYS/brokers/" + node + "/";
    }

    /** A client has connected; null when its identifier is too long for a topic. */
    @Nullable
    SysTopic connected(Identity client, ProtocolVersion version, boolean sessionPresent, long wallMillis) {
        JsonObject json = client(client)
                .with("proto_name", version.protocolName())
                .with("proto_ver", version.level())
                .with("session", sessionPresent)
                .with("connack", 0)
                .with("connected_at", wallMillis)
                .with("ts", wallMillis);
        return ofClient(client.clientIdentifier(), "connected", json);
    }

    /** A client's connection has ended; null when its identifier is too long for a topic. */
    @Nullable
    SysTopic disconnected(Identity client, ReasonCode reason, long wallMillis) {
        JsonObject json = client(client)
                .with("reason", reason.name().toLowerCase(Locale.ROOT))
                .with("disconnected_at", wallMillis)
                .with("ts", wallMillis);
        return ofClient(client.clientIdentifier(), "disconnected", json);
    }

    private static JsonObject client(Identity client) {
        Peer peer = client.peer();
        String userName = client.userName();
        JsonObject json =
                new JsonObject().with("clientid", client.clientIdentifier().value());
        if (userName != null) {
            json.with("username", userName);
        }
        return json.with("ipaddress", host(peer.address())).with("listener", peer.listener());
    }

    /** An address without the port behind its last colon; an IPv6 address without port is left alone. */
    private static String host(String address) {
        int colon = address.lastIndexOf(':');
        boolean hasPort = colon > 0 && (address.indexOf(':') == colon || address.charAt(colon - 1) == ']');
        return hasPort ? address.substring(0, colon) : address;
    }

    private @Nullable SysTopic ofClient(ClientIdentifier client, String event, JsonObject json) {
        String id = client.value().replace("+", "%2B").replace("#", "%23"); // no topic may contain these
        byte[] topic = bytes(prefix + "clients/" + id + "/" + event);
        return topic.length > MAX_TOPIC_BYTES
                ? null
                : new SysTopic(TopicName.owning(topic), Payload.of(json.toString()));
    }

    /** An alarm was raised. */
    SysTopic raised(Alarms.Alarm alarm) {
        return new SysTopic(
                alarmTopic(alarm.name(), "alert"),
                Payload.of(new JsonObject()
                        .with("name", alarm.name())
                        .with("message", alarm.text())
                        .with("ts", alarm.sinceMillis())
                        .toString()));
    }

    /** An alarm was cleared. */
    SysTopic cleared(String name, long wallMillis) {
        return new SysTopic(
                alarmTopic(name, "clear"),
                Payload.of(new JsonObject()
                        .with("name", name)
                        .with("ts", wallMillis)
                        .toString()));
    }

    /** The topic of an alarm while it is raised ({@code alert}), or of its end ({@code clear}). */
    TopicName alarmTopic(String name, String event) {
        return TopicName.of(prefix + "alarms/" + name + "/" + event);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
