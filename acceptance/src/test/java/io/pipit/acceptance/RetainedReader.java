package io.pipit.acceptance;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.acceptance.Verdict.Fault;
import io.pipit.client.MessageListener;
import io.pipit.client.MqttClient;
import io.pipit.client.MqttException;
import io.pipit.client.ReceivedMessage;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads retained messages once: none may be older than the last one that was acknowledged before. */
final class RetainedReader implements MessageListener {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** How often what publishers do meanwhile is looked at. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Map<TopicName, NumberedTopic> topics = new HashMap<>();
    private final Map<TopicName, Long> acknowledged = new HashMap<>();
    private final Verdict verdict;
    private final Progress arrivals = new Progress();

    @GuardedBy("this")
    private final Set<TopicName> came = new HashSet<>();

    RetainedReader(List<NumberedTopic> topics, Verdict verdict) {
        this.verdict = verdict;
        for (NumberedTopic topic : topics) {
            this.topics.put(topic.name(), topic);
            acknowledged.put(topic.name(), topic.acknowledged());
        }
    }

    /**
     * Reads with a client that is connected and has this as its listener.
     *
     * @return false when the broker is gone before all was read
     */
    boolean read(MqttClient client, String filter) throws InterruptedException {
        try {
            client.subscribe(filter, QoS.AT_LEAST_ONCE, this);
        } catch (MqttException gone) {
            return false;
        }
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (long seen = 0; !missing().isEmpty(); seen = arrivals.count()) {
            if (!client.isConnected()) {
                return false;
            }
            if (System.nanoTime() > end) {
                verdict.add(Fault.RETAINED_LOST, "no retained message at " + missing());
                return true;
            }
            arrivals.awaitAbove(seen, PAUSE);
        }
        return true;
    }

    private synchronized Set<TopicName> missing() {
        Set<TopicName> missing = new HashSet<>(topics.keySet());
        missing.removeAll(came);
        missing.removeIf(name -> topic(name).mayBeEmptySince(last(name)));
        return missing;
    }

    private NumberedTopic topic(TopicName name) {
        return requireNonNull(topics.get(name));
    }

    private long last(TopicName name) {
        return requireNonNull(acknowledged.get(name));
    }

    @Override
    public void received(ReceivedMessage message) {
        synchronized (this) {
            came.add(message.topic());
        }
        if (message.isRetained()) {
            long number = topic(message.topic()).number(message.payload());
            if (number < 1) {
                verdict.add(Fault.CORRUPT, "retained: " + message);
            } else if (number < last(message.topic())) {
                verdict.add(
                        Fault.RETAINED_LOST,
                        message.topic() + " is at " + number + ", and " + last(message.topic())
                                + " had been acknowledged");
            }
        }
        arrivals.advance();
    }
}
