package io.pipit.broker;

import io.pipit.broker.spi.Identity;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what stands below {@code $SYS}: the numbers at an interval, where they have changed, and clients that come
 * and go when it happens. All of it is at QoS 0; the numbers are retained in memory and never stored.
 */
final class SysPublisher {
    private final Broker broker;
    private final SysTopics topics;
    private final SysEvents events;
    private final Map<TopicName, Payload> published = new HashMap<>();
    private final long startedNanos;

    SysPublisher(Broker broker) {
        this.broker = broker;
        String node = broker.settings().sys().node();
        String version = Broker.class.getPackage().getImplementationVersion();
        this.topics = new SysTopics(
                node,
                version == null ? "development" : version,
                broker.storage().durability());
        this.events = new SysEvents(node);
        this.startedNanos = broker.clock().nanos();
    }

    /** Publishes the numbers from now on at the interval, on this loop. */
    void begin(BrokerLoop loop) {
        long interval = broker.settings().sys().interval().toNanos();
        if (interval > 0) {
            publishNumbers(loop);
            loop.every(interval, () -> publishNumbers(loop));
        }
    }

    private void publishNumbers(BrokerLoop loop) {
        List<Metrics> metrics = new ArrayList<>();
        broker.loops().forEach(one -> metrics.add(one.metrics()));
        SysTopics.Gauges gauges = new SysTopics.Gauges(
                broker.retained().count(),
                broker.retained().bytes(),
                broker.index().filters(),
                broker.shared().size(),
                Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory(),
                broker.diskBytes(),
                broker.readings());
        long uptimeMillis = (broker.clock().nanos() - startedNanos) / 1_000_000;
        List<SysTopic> now = topics.at(
                new Metrics.Snapshot(metrics),
                gauges,
                broker.alarms().raised(),
                uptimeMillis,
                broker.clock().wallMillis());
        for (SysTopic topic : now) {
            if (!topic.payload().equals(published.put(topic.topic(), topic.payload()))) {
                publishRetained(loop, topic);
            }
        }
        topics.alarmsCleared().forEach(event -> publish(loop, event));
    }

    private void publishRetained(BrokerLoop loop, SysTopic topic) {
        Message message = message(topic, true);
        RetainedMessages retained = broker.retained();
        long version = topic.payload().isEmpty() ? retained.clear(topic.topic()) : retained.set(message);
        if (version > 0) {
            retained.keepInMemory(topic.topic(), version);
        }
        loop.route(message, loop.match(topic.topic()), null);
    }

    /** A client has connected, on this loop. */
    void connected(BrokerLoop loop, Identity client, ProtocolVersion version, boolean sessionPresent) {
        publish(
                loop,
                events.connected(client, version, sessionPresent, broker.clock().wallMillis()));
    }

    /** A client has gone, on this loop. */
    void disconnected(BrokerLoop loop, Identity client, ReasonCode reason) {
        publish(loop, events.disconnected(client, reason, broker.clock().wallMillis()));
    }

    private static void publish(BrokerLoop loop, @Nullable SysTopic event) {
        if (event != null) {
            loop.publish(message(event, false));
        }
    }

    private static Message message(SysTopic topic, boolean retain) {
        return new Message(
                topic.topic(), topic.payload(), QoS.AT_MOST_ONCE, retain, Properties.NONE, Message.NEVER, null);
    }
}
