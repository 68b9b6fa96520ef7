package io.pipit.broker;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ReasonCode;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The messages that the program around the broker publishes, in the order in which it hands them in, whatever thread it
 * is: all on one loop. While memory is short, those that fill it are told to go on only once a second, as clients are.
 * Confined to that loop, but for {@link #publish}.
 */
final class LocalPublishing {
    private static final long LOOK_NANOS = 100_000_000L;
    private static final int LOOKS_PER_TURN = 10;

    private final BrokerLoop loop;
    private final ArrayDeque<LocalPublisher> held = new ArrayDeque<>();
    private final Timers.Timer look = Timers.timer(this::look);
    private int looks;

    LocalPublishing(BrokerLoop loop) {
        this.loop = loop;
    }

    /** Publishes; any thread. */
    void publish(LocalMessage message, LocalPublisher publisher) {
        loop.port().execute(() -> begin(message, publisher));
    }

    private void begin(LocalMessage local, LocalPublisher publisher) {
        ReasonCode refusal = refusalOf(local);
        if (refusal != null) {
            complete(publisher, refusal);
            return;
        }
        Message message = new Message(
                local.topic(),
                local.payload(),
                local.qos(),
                local.retain(),
                local.properties().only(Message::isForwarded),
                loop.time().expiryAfter(local.properties().get(Property.MESSAGE_EXPIRY_INTERVAL)),
                null);
        new Publication(loop, message, publication -> complete(publisher, publication.outcome())).begin();
    }

    /** What no client may publish, the program may not either; but every topic is open to it. */
    private @Nullable ReasonCode refusalOf(LocalMessage message) {
        Settings.Mqtt mqtt = loop.settings().mqtt();
        if (message.qos().level() > mqtt.maximumQos().level()) {
            return ReasonCode.QOS_NOT_SUPPORTED;
        }
        if (message.retain() && !mqtt.retainAvailable()) {
            loop.metrics().dropped(DropReason.RETAIN_NOT_AVAILABLE, message.qos());
            return ReasonCode.RETAIN_NOT_SUPPORTED;
        }
        if (mqtt.maximumTopicLevels() > 0 && message.topic().levels() > mqtt.maximumTopicLevels()) {
            return ReasonCode.TOPIC_NAME_INVALID;
        }
        return message.topic().size() + (long) message.payload().size() > mqtt.maximumPacketSize()
                ? ReasonCode.PACKET_TOO_LARGE
                : null;
    }

    private void complete(LocalPublisher publisher, ReasonCode outcome) {
        publisher.completed(outcome);
        if (loop.broker().memory().isExceeded()) {
            held.add(publisher);
            lookLater();
        } else {
            publisher.released();
        }
    }

    private void lookLater() {
        if (!look.isScheduled()) {
            loop.timers().schedule(look, LOOK_NANOS);
        }
    }

    private void look() {
        looks++;
        if (loop.broker().memory().isRelieved() || looks % LOOKS_PER_TURN == 0) {
            for (int left = held.size(); left > 0; left--) {
                held.remove().released();
            }
        }
        if (!held.isEmpty()) {
            lookLater();
        }
    }
}
