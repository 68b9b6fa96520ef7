package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Identity;
import io.pipit.broker.spi.Peer;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SysTopicsTest {
    private static final SysTopics.Gauges GAUGES = new SysTopics.Gauges(
            7, 700, 40, 2, 1_000_000, Map.of("sessions", 4096L), Map.of("listeners/mqtts/tls/x", 9L));

    private final SysTopics sys = new SysTopics("pipit@host", "1.2.3", "fsync");
    private final SysEvents events = new SysEvents("pipit@host");
    private final Metrics metrics = new Metrics();
    private List<Alarms.Alarm> alarms = List.of();

    @Test
    void mosquittosTopics_showTheNumbers() {
        for (int i = 0; i < 3; i++) {
            metrics.opened();
            metrics.received(PacketType.CONNECT);
            metrics.sent(PacketType.CONNACK);
            metrics.connected();
            metrics.sessionCreated();
        }
        metrics.disconnected();
        metrics.received(PacketType.PUBLISH);
        metrics.receivedPublish(QoS.AT_LEAST_ONCE, 10);
        metrics.sentPublish(QoS.AT_MOST_ONCE, 20);
        metrics.bytesReceived(100);
        metrics.bytesSent(200);
        metrics.dropped(DropReason.QUEUE_FULL, QoS.EXACTLY_ONCE);
        metrics.subscribed(5);
        metrics.queued(4, 400);
        metrics.sessionExpired();

        assertThat(at(3_600_000))
                .containsEntry("$SYS/broker/version", "pipit version 1.2.3")
                .containsEntry("$SYS/broker/durability", "fsync")
                .containsEntry("$SYS/broker/uptime", "3600 seconds")
                .containsEntry("$SYS/broker/clients/connected", "2")
                .containsEntry("$SYS/broker/clients/active", "2")
                .containsEntry("$SYS/broker/clients/disconnected", "1")
                .containsEntry("$SYS/broker/clients/inactive", "1")
                .containsEntry("$SYS/broker/clients/total", "3")
                .containsEntry("$SYS/broker/clients/maximum", "2")
                .containsEntry("$SYS/broker/clients/expired", "1")
                .containsEntry("$SYS/broker/connections/socket/count", "3")
                .containsEntry("$SYS/broker/messages/received", "4")
                .containsEntry("$SYS/broker/messages/sent", "4")
                .containsEntry("$SYS/broker/publish/messages/received", "1")
                .containsEntry("$SYS/broker/publish/messages/sent", "1")
                .containsEntry("$SYS/broker/publish/messages/dropped", "1")
                .containsEntry("$SYS/broker/publish/bytes/received", "10")
                .containsEntry("$SYS/broker/publish/bytes/sent", "20")
                .containsEntry("$SYS/broker/bytes/received", "100")
                .containsEntry("$SYS/broker/bytes/sent", "200")
                .containsEntry("$SYS/broker/retained messages/count", "7")
                .containsEntry("$SYS/broker/store/messages/count", "11")
                .containsEntry("$SYS/broker/messages/stored", "11")
                .containsEntry("$SYS/broker/store/messages/bytes", "1100")
                .containsEntry("$SYS/broker/store/disk/sessions", "4096")
                .containsEntry("$SYS/broker/listeners/mqtts/tls/x", "9")
                .containsEntry("$SYS/broker/subscriptions/count", "5")
                .containsEntry("$SYS/broker/shared_subscriptions/count", "2")
                .containsEntry("$SYS/broker/heap/current", "1000000")
                .containsEntry("$SYS/broker/heap/maximum", "1000000");
    }

    @Test
    void loads_areAveragesPerMinute() {
        for (int i = 0; i < 100; i++) {
            metrics.received(PacketType.PUBLISH);
        }
        assertThat(at(60_000))
                .containsEntry("$SYS/broker/load/publish/received/1min", "63.21")
                .containsEntry("$SYS/broker/load/messages/received/5min", "18.13")
                .containsEntry("$SYS/broker/load/bytes/sent/15min", "0.00")
                .containsKeys(
                        "$SYS/broker/load/sockets/1min",
                        "$SYS/broker/load/connections/5min",
                        "$SYS/broker/load/publish/dropped/15min",
                        "$SYS/broker/load/publish/sent/1min",
                        "$SYS/broker/load/messages/sent/1min",
                        "$SYS/broker/load/bytes/received/1min");
        assertThat(at(120_000)).containsEntry("$SYS/broker/load/publish/received/1min", "23.25");
    }

    @Test
    void emqttdsTopics_showTheNode() {
        assertThat(at(90_061_000))
                .containsEntry("$SYS/brokers", "pipit@host")
                .containsEntry("$SYS/brokers/pipit@host/version", "1.2.3")
                .containsEntry("$SYS/brokers/pipit@host/uptime", "1 days, 1 hours, 1 minutes, 1 seconds")
                .containsEntry("$SYS/brokers/pipit@host/datetime", "2027-01-15 08:00:00")
                .containsEntry("$SYS/brokers/pipit@host/sysdescr", "Pipit MQTT broker");
    }

    @Test
    void emqttdsStats_rememberTheHighest() {
        metrics.connected();
        metrics.connected();
        at(1_000);
        metrics.disconnected();
        assertThat(at(2_000))
                .containsEntry("$SYS/brokers/pipit@host/stats/clients/count", "1")
                .containsEntry("$SYS/brokers/pipit@host/stats/clients/max", "2")
                .containsEntry("$SYS/broker/clients/maximum", "2")
                .containsEntry("$SYS/brokers/pipit@host/stats/retained/count", "7")
                .containsEntry("$SYS/brokers/pipit@host/stats/topics/count", "40")
                .containsKeys(
                        "$SYS/brokers/pipit@host/stats/sessions/max",
                        "$SYS/brokers/pipit@host/stats/subscriptions/count",
                        "$SYS/brokers/pipit@host/stats/subscribers/count");
    }

    @Test
    void emqttdsMetrics_areBelowBothPrefixes() {
        metrics.received(PacketType.CONNECT);
        metrics.received(PacketType.PUBACK);
        metrics.received(PacketType.DISCONNECT);
        metrics.unexpectedAcknowledgement(PacketType.PUBACK);
        metrics.receivedPublish(QoS.EXACTLY_ONCE, 1);
        metrics.dropped(DropReason.EXPIRED, QoS.EXACTLY_ONCE);
        metrics.connectTimedOut();
        for (ReasonCode reason : List.of(ReasonCode.NOT_AUTHORIZED, ReasonCode.QUOTA_EXCEEDED)) {
            metrics.refused(reason);
            metrics.refusedSubscription(reason);
            metrics.protocolError(reason);
        }
        metrics.refusedSubscription(ReasonCode.NOT_AUTHORIZED);
        metrics.protocolError(ReasonCode.NOT_AUTHORIZED);
        metrics.protocolError(ReasonCode.NOT_AUTHORIZED);
        Map<String, String> topics = at(1_000);
        for (String prefix : List.of("$SYS/broker/metrics/", "$SYS/brokers/pipit@host/metrics/")) {
            assertThat(topics)
                    .containsEntry(prefix + "packets/received", "3")
                    .containsEntry(prefix + "connect/timeouts", "1")
                    .containsEntry(prefix + "connect/refused", "2")
                    .containsEntry(prefix + "subscriptions/refused", "3")
                    .containsEntry(prefix + "protocol-errors", "4")
                    .containsEntry(prefix + "packets/connect", "1")
                    .containsEntry(prefix + "packets/connack", "0")
                    .containsEntry(prefix + "packets/puback/received", "1")
                    .containsEntry(prefix + "packets/puback/missed", "1")
                    .containsEntry(prefix + "packets/disconnect", "1")
                    .containsEntry(prefix + "packets/pubcomp/sent", "0")
                    .containsEntry(prefix + "bytes/sent", "0")
                    .containsEntry(prefix + "messages/received", "1")
                    .containsEntry(prefix + "messages/qos2/received", "1")
                    .containsEntry(prefix + "messages/retained", "7")
                    .containsEntry(prefix + "messages/dropped", "1")
                    .containsEntry(prefix + "messages/expired", "1")
                    .containsEntry(prefix + "messages/qos2/dropped", "1")
                    .containsEntry(prefix + "messages/qos2/expired", "1")
                    .containsEntry(prefix + "messages/qos1/dropped", "0")
                    .containsEntry(prefix + "messages/dropped/queue_full", "0");
        }
    }

    @Test
    void topics_areDifferentFromEachOther() {
        List<SysTopic> topics = sys.at(snapshot(), GAUGES, alarms, 1_000, 0);
        assertThat(topics).extracting(SysTopic::topic).doesNotHaveDuplicates().allMatch(TopicName::isDollar);
    }

    @Test
    void raisedAlarm_isThereUntilItIsCleared() {
        String topic = "$SYS/brokers/pipit@host/alarms/disk/alert";
        assertThat(at(1_000)).doesNotContainKey(topic);
        alarms = List.of(new Alarms.Alarm("disk", "no \"room\"", 5));
        assertThat(at(2_000)).containsEntry(topic, "{\"name\":\"disk\",\"message\":\"no \\\"room\\\"\",\"ts\":5}");
        alarms = List.of();
        assertThat(sys.alarmsCleared()).isEmpty();
        assertThat(at(3_000)).containsEntry(topic, "");
        assertThat(sys.alarmsCleared())
                .singleElement()
                .extracting(SysTopic::topic)
                .isEqualTo(TopicName.of("$SYS/brokers/pipit@host/alarms/disk/clear"));
        assertThat(at(4_000)).doesNotContainKey(topic);
        assertThat(sys.alarmsCleared()).isEmpty();
    }

    @Test
    void connectedClient_isToldAsJson() {
        SysTopic event = events.connected(identity("a/b", "ann", "[::1]:5000"), ProtocolVersion.MQTT_5_0, true, 1_000);
        assertThat(text(event))
                .isEqualTo("$SYS/brokers/pipit@host/clients/a/b/connected {\"clientid\":\"a/b\",\"username\":\"ann\","
                        + "\"ipaddress\":\"[::1]\",\"listener\":\"tcp\",\"proto_name\":\"MQTT\",\"proto_ver\":5,"
                        + "\"session\":true,\"connack\":0,\"connected_at\":1000,\"ts\":1000}");
    }

    @Test
    void disconnectedClient_isToldWithItsReason() {
        SysTopic event =
                events.disconnected(identity("a+#\n", null, "10.0.0.1:5000"), ReasonCode.KEEP_ALIVE_TIMEOUT, 1_000);
        assertThat(text(event))
                .isEqualTo("$SYS/brokers/pipit@host/clients/a%2B%23\n/disconnected {\"clientid\":\"a+#\\u000a\","
                        + "\"ipaddress\":\"10.0.0.1\",\"listener\":\"tcp\",\"reason\":\"keep_alive_timeout\","
                        + "\"disconnected_at\":1000,\"ts\":1000}");
    }

    @Test
    void client_whoseIdentifierIsTooLongForATopic_isNotTold() {
        assertThat(events.disconnected(identity("x".repeat(65_530), null, "unix"), ReasonCode.SUCCESS, 0))
                .isNull();
    }

    private Map<String, String> at(long uptimeMillis) {
        Map<String, String> values = new LinkedHashMap<>();
        sys.at(snapshot(), GAUGES, alarms, uptimeMillis, 1_800_000_000_000L)
                .forEach(topic ->
                        values.put(topic.topic().toString(), topic.payload().toText()));
        return values;
    }

    private Metrics.Snapshot snapshot() {
        return new Metrics.Snapshot(List.of(metrics));
    }

    private static Identity identity(String client, @Nullable String user, String address) {
        return new Identity(new ClientIdentifier(client), user, new Peer(address, true, "tcp"));
    }

    private static String text(@Nullable SysTopic event) {
        return event == null ? "nothing" : event.topic() + " " + event.payload().toText();
    }
}
