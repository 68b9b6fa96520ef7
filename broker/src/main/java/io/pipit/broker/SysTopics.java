package io.pipit.broker;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What stands below {@code $SYS} at a time, in three families of the same numbers: {@code $SYS/broker/...} with
 * mosquitto's topics, {@code $SYS/brokers/<node>/...} with emqttd's, and emqttd's metrics once more as
 * {@code $SYS/broker/metrics/...}, as its manual writes them. It remembers the highest values and the moving
 * averages; it publishes nothing and reads no clock. Not for several threads.
 */
final class SysTopics {
    /**
     * What exists now, beside what {@link Metrics} tell.
     *
     * @param topics different filters that somebody is subscribed to
     * @param heapBytes in use
     * @param diskBytes by what takes them
     * @param others of parts around the broker, by topic below {@code $SYS/broker/}
     */
    record Gauges(
            long retainedMessages,
            long retainedBytes,
            long topics,
            long sharedSubscriptions,
            long heapBytes,
            Map<String, Long> diskBytes,
            Map<String, Long> others) {}

    private static final String BROKER = "$SYS/broker/";
    private static final DateTimeFormatter DATE_TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Counters whose growth is shown as {@code $SYS/broker/load/<name>/<span>}. */
    private static final List<String> LOADS = List.of(
            "messages/received",
            "messages/sent",
            "publish/received",
            "publish/sent",
            "publish/dropped",
            "bytes/received",
            "bytes/sent",
            "sockets",
            "connections");

    private final String node;
    private final String version;
    private final String durability;
    private final SysEvents events;
    private final LoadAverages loads = new LoadAverages();
    private final Map<String, Long> highest = new HashMap<>();
    private final Map<String, TopicName> names = new HashMap<>();
    private Set<String> alarmed = new HashSet<>();
    private long uptimeMillis;
    private List<SysTopic> topics = new ArrayList<>();
    private List<SysTopic> alarmsCleared = new ArrayList<>();

    /**
     * Of a broker that has just started.
     *
     * @param node the level below {@code $SYS/brokers}, without '/', '+' and '#'
     * @param version of the program
     * @param durability how safe an acknowledged message is
     */
    SysTopics(String node, String version, String durability) {
        this.node = node;
        this.version = version;
        this.durability = durability;
        this.events = new SysEvents(node);
    }

    /**
     * All topics with their values now.
     *
     * @param newUptimeMillis since the start, by the monotonic clock
     * @param wallMillis for {@code datetime} and the end of alarms only
     */
    List<SysTopic> at(
            Metrics.Snapshot metrics, Gauges gauges, List<Alarms.Alarm> alarms, long newUptimeMillis, long wallMillis) {
        topics = new ArrayList<>(256);
        updateLoads(metrics, newUptimeMillis - uptimeMillis);
        uptimeMillis = newUptimeMillis;
        mosquittoClients(metrics);
        mosquittoTraffic(metrics);
        mosquittoStore(metrics, gauges);
        mosquittoLoads();
        emqttdNode(wallMillis);
        emqttdStats(metrics, gauges);
        emqttdMetrics(metrics, gauges);
        alarms(alarms, wallMillis);
        return topics;
    }

    /** The events of alarms that were there the last time but one, and the last time no more. */
    List<SysTopic> alarmsCleared() {
        return alarmsCleared;
    }

    private void add(String topic, String value) {
        topics.add(new SysTopic(names.computeIfAbsent(topic, TopicName::of), Payload.of(value)));
    }

    private void broker(String topic, long value) {
        add(BROKER + topic, Long.toString(value));
    }

    private long highest(String name, long value) {
        return highest.merge(name, value, Math::max);
    }

    // mosquitto

    private void mosquittoClients(Metrics.Snapshot metrics) {
        long connected = metrics.clients();
        long disconnected = Math.max(0, metrics.sessions() - connected);
        add(BROKER + "version", "pipit version " + version);
        add(BROKER + "durability", durability);
        add(BROKER + "uptime", uptimeMillis / 1000 + " seconds");
        broker("clients/total", connected + disconnected);
        broker("clients/maximum", highest("clients", connected));
        broker("clients/connected", connected);
        broker("clients/active", connected);
        broker("clients/disconnected", disconnected);
        broker("clients/inactive", disconnected);
        broker("clients/expired", metrics.sessionsExpired());
        broker("connections/socket/count", metrics.connectionsOpened());
    }

    private void mosquittoTraffic(Metrics.Snapshot metrics) {
        broker("messages/received", metrics.packetsReceived());
        broker("messages/sent", metrics.packetsSent());
        broker("publish/messages/received", metrics.packetsReceived(PacketType.PUBLISH));
        broker("publish/messages/sent", metrics.packetsSent(PacketType.PUBLISH));
        broker("publish/messages/dropped", metrics.dropped());
        broker("publish/bytes/received", metrics.payloadBytesReceived());
        broker("publish/bytes/sent", metrics.payloadBytesSent());
        broker("bytes/received", metrics.bytesReceived());
        broker("bytes/sent", metrics.bytesSent());
    }

    private void mosquittoStore(Metrics.Snapshot metrics, Gauges gauges) {
        long stored = gauges.retainedMessages() + metrics.queuedMessages();
        broker("store/messages/count", stored);
        broker("messages/stored", stored);
        broker("store/messages/bytes", gauges.retainedBytes() + metrics.queuedBytes());
        gauges.diskBytes().forEach((cause, bytes) -> broker("store/disk/" + cause, bytes));
        broker("retained messages/count", gauges.retainedMessages());
        broker("subscriptions/count", metrics.subscriptions());
        broker("shared_subscriptions/count", gauges.sharedSubscriptions());
        broker("heap/current", gauges.heapBytes());
        broker("heap/maximum", highest("heap", gauges.heapBytes()));
        gauges.others().forEach(this::broker);
    }

    private void updateLoads(Metrics.Snapshot metrics, long elapsedMillis) {
        loads.elapsed(elapsedMillis);
        loads.update("messages/received", metrics.packetsReceived());
        loads.update("messages/sent", metrics.packetsSent());
        loads.update("publish/received", metrics.packetsReceived(PacketType.PUBLISH));
        loads.update("publish/sent", metrics.packetsSent(PacketType.PUBLISH));
        loads.update("publish/dropped", metrics.dropped());
        loads.update("bytes/received", metrics.bytesReceived());
        loads.update("bytes/sent", metrics.bytesSent());
        loads.update("sockets", metrics.connectionsOpened());
        loads.update("connections", metrics.packetsReceived(PacketType.CONNECT));
    }

    private void mosquittoLoads() {
        for (String load : LOADS) {
            for (LoadAverages.Span span : LoadAverages.Span.values()) {
                add(
                        BROKER + "load/" + load + "/" + span,
                        String.format(Locale.ROOT, "%.2f", loads.perMinute(load, span)));
            }
        }
    }

    // emqttd

    private void node(String topic, String value) {
        add("$SYS/brokers/" + node + "/" + topic, value);
    }

    private void emqttdNode(long wallMillis) {
        add("$SYS/brokers", node);
        node("version", version);
        node("uptime", uptime(uptimeMillis / 1000));
        node("datetime", DATE_TIME.format(Instant.ofEpochMilli(wallMillis)));
        node("sysdescr", "Pipit MQTT broker");
    }

    private static String uptime(long seconds) {
        return seconds / 86_400
                + " days, "
                + seconds / 3600 % 24
                + " hours, "
                + seconds / 60 % 60
                + " minutes, "
                + seconds % 60
                + " seconds";
    }

    private void emqttdStats(Metrics.Snapshot metrics, Gauges gauges) {
        stat("clients", metrics.clients());
        stat("sessions", metrics.sessions());
        stat("topics", gauges.topics());
        stat("routes", gauges.topics());
        stat("subscribers", metrics.subscriptions());
        stat("subscriptions", metrics.subscriptions());
        stat("subscriptions/shared", gauges.sharedSubscriptions());
        stat("retained", gauges.retainedMessages());
        stat("queued", metrics.queuedMessages());
    }

    private void stat(String name, long value) {
        node("stats/" + name + "/count", Long.toString(value));
        node("stats/" + name + "/max", Long.toString(highest(name, value)));
    }

    private void emqttdMetrics(Metrics.Snapshot metrics, Gauges gauges) {
        Map<String, Long> values = new LinkedHashMap<>();
        values.put("bytes/received", metrics.bytesReceived());
        values.put("bytes/sent", metrics.bytesSent());
        packets(metrics, values);
        messages(metrics, gauges, values);
        values.forEach((name, value) -> {
            node("metrics/" + name, value.toString());
            broker("metrics/" + name, value);
        });
    }

    private static void packets(Metrics.Snapshot metrics, Map<String, Long> values) {
        values.put("packets/received", metrics.packetsReceived());
        values.put("packets/sent", metrics.packetsSent());
        values.put("connect/timeouts", metrics.connectTimeouts());
        values.put("connect/refused", metrics.refused());
        values.put("subscriptions/refused", metrics.refusedSubscriptions());
        values.put("protocol-errors", metrics.protocolErrors());
        for (PacketType type : PacketType.values()) {
            String name = "packets/" + type.name().toLowerCase(Locale.ROOT);
            switch (type) {
                case CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ -> values.put(name, metrics.packetsReceived(type));
                case CONNACK, SUBACK, UNSUBACK, PINGRESP -> values.put(name, metrics.packetsSent(type));
                case PUBLISH -> directions(name, type, metrics, values);
                case PUBACK, PUBREC, PUBREL, PUBCOMP -> {
                    directions(name, type, metrics, values);
                    values.put(name + "/missed", metrics.unexpectedAcknowledgements(type));
                }
                case DISCONNECT, AUTH -> {
                    values.put(name, metrics.packetsReceived(type));
                    directions(name, type, metrics, values);
                }
            }
        }
    }

    private static void directions(String name, PacketType type, Metrics.Snapshot metrics, Map<String, Long> values) {
        values.put(name + "/received", metrics.packetsReceived(type));
        values.put(name + "/sent", metrics.packetsSent(type));
    }

    private static void messages(Metrics.Snapshot metrics, Gauges gauges, Map<String, Long> values) {
        values.put("messages/received", metrics.messagesReceived());
        values.put("messages/sent", metrics.messagesSent());
        for (QoS qos : QoS.values()) {
            String name = "messages/qos" + qos.level();
            values.put(name + "/received", metrics.messagesReceived(qos));
            values.put(name + "/sent", metrics.messagesSent(qos));
            values.put(name + "/dropped", metrics.dropped(qos));
            values.put(name + "/expired", metrics.expired(qos));
        }
        values.put("faults", metrics.brokerFaults());
        values.put("messages/retained", gauges.retainedMessages());
        values.put("messages/retained/hits", metrics.retainedHits());
        values.put("messages/retained/misses", metrics.retainedMisses());
        values.put("messages/expired", metrics.dropped(DropReason.EXPIRED));
        values.put("messages/dropped", metrics.dropped());
        for (DropReason reason : DropReason.values()) {
            values.put("messages/dropped/" + reason.name().toLowerCase(Locale.ROOT), metrics.dropped(reason));
        }
    }

    private void alarms(List<Alarms.Alarm> alarms, long wallMillis) {
        Set<String> before = alarmed;
        alarmed = new HashSet<>();
        alarmsCleared = new ArrayList<>();
        for (Alarms.Alarm alarm : alarms) {
            alarmed.add(alarm.name());
            topics.add(events.raised(alarm));
        }
        for (String name : before) {
            if (!alarmed.contains(name)) {
                topics.add(new SysTopic(events.alarmTopic(name, "alert"), Payload.EMPTY));
                alarmsCleared.add(events.cleared(name, wallMillis));
            }
        }
    }
}
