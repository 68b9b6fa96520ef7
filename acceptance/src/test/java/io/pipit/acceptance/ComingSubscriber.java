package io.pipit.acceptance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.acceptance.Verdict.Fault;
import io.pipit.client.MessageListener;
import io.pipit.client.MqttClient;
import io.pipit.client.MqttException;
import io.pipit.client.ReceivedMessage;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber with a stored session that comes and goes, and judges what it gets: of each topic all that was published
 * since it was told that it has subscribed, in order, and at QoS 2 once.
 */
final class ComingSubscriber implements MessageListener {
    private static final int MOST_MISSING = 10_000;

    private final String name;
    private final TopicFilter filter;
    private final QoS qos;
    private final MqttClient client;
    private final Verdict verdict;
    private final AcknowledgedLog log;
    private final Progress received = new Progress();
    private final Progress deliveries;

    @GuardedBy("this")
    private final Map<TopicName, Track> tracks = new HashMap<>();

    @GuardedBy("this")
    private long repeated;

    @GuardedBy("this")
    private boolean subscribed;

    /** What came of one topic. */
    private static final class Track {
        private static final long NOT_YET = Long.MAX_VALUE / 2;

        private final NumberedTopic topic;
        private final TreeSet<Long> missing = new TreeSet<>();
        /** The number that has to come next; 0 while any may come. */
        private long next;
        /** What was the last one made when the subscription was there; its successor must come. */
        private long since = NOT_YET;
        /** What was the last one made when the subscription had ended. */
        private long until = NOT_YET;

        Track(NumberedTopic topic) {
            this.topic = topic;
        }

        boolean isComplete() {
            return until < NOT_YET || (next == 0 ? since : next - 1) >= topic.begun();
        }
    }

    /**
     * A subscriber that has not subscribed yet.
     *
     * @param clients make its client, with this as the listener of all messages
     * @param deliveries advanced at each message
     */
    ComingSubscriber(
            String name,
            TopicFilter filter,
            QoS qos,
            List<NumberedTopic> topics,
            ClientFactory clients,
            AcknowledgedLog log,
            Verdict verdict,
            Progress deliveries) {
        this.name = name;
        this.filter = filter;
        this.qos = qos;
        this.log = log;
        this.verdict = verdict;
        this.deliveries = deliveries;
        for (NumberedTopic topic : topics) {
            tracks.put(topic.name(), new Track(topic));
        }
        this.client = clients.client(name, this);
    }

    /** Makes the client of a subscriber. */
    @FunctionalInterface
    interface ClientFactory {
        MqttClient client(String name, MessageListener listener);
    }

    /** Subscribes, then comes and goes until the log is closed, and stays. */
    void run(Random random, boolean unsubscribes, Connecting connecting) throws MqttException, InterruptedException {
        connecting.connect(client);
        client.subscribe(filter.toString(), qos, this);
        subscribed();
        int visits = 0;
        while (!log.isClosing()) {
            received.awaitMore(1 + random.nextInt(400));
            if (unsubscribes && ++visits == 2) {
                client.unsubscribe(List.of(filter), Properties.NONE);
                unsubscribed();
            }
            if (log.isClosing()) {
                break;
            }
            client.disconnect(new io.pipit.mqtt.Disconnect());
            log.progress().awaitMore(1 + random.nextInt(600));
            connecting.connect(client);
        }
    }

    /** Connects, however often that takes. */
    @FunctionalInterface
    interface Connecting {
        void connect(MqttClient client) throws MqttException, InterruptedException;
    }

    /** SUBACK has come. */
    synchronized void subscribed() {
        for (Track track : tracks.values()) {
            track.since = track.topic.begun();
        }
        subscribed = true;
    }

    /** UNSUBACK has come. */
    synchronized void unsubscribed() {
        for (Track track : tracks.values()) {
            track.until = track.topic.begun();
        }
        received.finish();
    }

    /** It stays where it is. */
    void stay() {
        received.finish();
    }

    @Override
    public void received(ReceivedMessage message) {
        judge(message);
        received.advance();
        deliveries.advance();
    }

    private synchronized void judge(ReceivedMessage message) {
        @Nullable Track track = tracks.get(message.topic());
        long number = track == null ? -1 : track.topic.number(message.payload());
        if (track == null || number < 1) {
            verdict.add(Fault.CORRUPT, name + " got " + message);
            return;
        }
        String which = message.topic() + " " + number + " at " + name;
        if (number > track.until) {
            verdict.add(Fault.UNSUBSCRIBED_CAME, which);
        } else if (track.missing.remove(number)) {
            verdict.add(Fault.DISORDERED, which + " after " + (track.next - 1));
        } else if (track.next > 0 && number < track.next) {
            repeated++;
            if (message.qos() == QoS.EXACTLY_ONCE) {
                verdict.add(Fault.DOUBLED, which + " after " + (track.next - 1));
            }
        } else {
            came(track, number);
        }
    }

    @GuardedBy("this")
    private void came(Track track, long number) {
        // The first message may be one that was under way when the subscription came, or the next one.
        long expected = track.next > 0 ? track.next : Math.min(number, track.since + 1);
        for (long missing = expected; missing < number && track.missing.size() < MOST_MISSING; missing++) {
            track.missing.add(missing);
        }
        track.next = number + 1;
    }

    synchronized boolean isComplete() {
        return subscribed && tracks.values().stream().allMatch(Track::isComplete);
    }

    /** Whatever is missing now is lost. */
    synchronized void end() {
        if (!subscribed) {
            verdict.add(Fault.STUCK, name + " could not subscribe");
            return;
        }
        for (Track track : tracks.values()) {
            if (!track.missing.isEmpty()) {
                verdict.add(
                        Fault.MESSAGE_LOST,
                        track.topic.name() + " " + track.missing.first() + " and " + (track.missing.size() - 1)
                                + " more at " + name);
                track.missing.clear();
            }
            if (!track.isComplete()) {
                verdict.add(
                        Fault.MESSAGE_LOST,
                        track.topic.name() + " from " + Math.max(track.next, track.since + 1) + " to "
                                + track.topic.begun() + " at " + name);
            }
        }
    }

    /** How many messages came again. */
    synchronized long repeated() {
        return repeated;
    }
}
