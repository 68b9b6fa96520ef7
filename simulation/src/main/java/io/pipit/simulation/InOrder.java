package io.pipit.simulation;

import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import java.util.HashMap;
import java.util.Map;

/** First deliveries to a session come in the order of publication, for each publisher, topic and QoS. */
final class InOrder implements Rule {
    private final Map<Line, Integer> last = new HashMap<>();
    private final Ledger ledger;
    private final boolean drops;

    InOrder(Circumstances circumstances, Ledger ledger) {
        this.ledger = ledger;
        this.drops =
                circumstances.dropsWhenFull(); // what was dropped, at QoS 0 offline too, and is sent again comes later
    }

    private record Line(int session, int publisher, TopicName topic, QoS published, QoS delivered) {}

    @Override
    public void delivered(Delivery delivery) {
        Published message = delivery.message();
        // What was refused may come again later, and a retained message comes when somebody subscribes.
        if (!delivery.isFirst()
                || delivery.packet().retain()
                || message.isDisturbed()
                || !message.isOrdered()
                || isDropUndone(delivery)
                || (message.timesSent() > 1 && mayBeDropped(delivery))) {
            return;
        }
        boolean own = message.publisher() == delivery.session().client();
        boolean subscribed = delivery.session().wishes().stream()
                .anyMatch(wish -> wish.grantedStamp() < message.firstSent()
                        && wish.allows(message)
                        && wish.qosOf(message) == delivery.packet().qos()
                        && !(own && wish.request().options().noLocal()));
        if (!subscribed) {
            return; // it may be given what is sent again, but not what was sent before
        }
        Line line = new Line(
                delivery.session().number(),
                message.publisher(),
                message.topic(),
                message.qos(),
                delivery.packet().qos());
        Integer before = last.put(line, message.number());
        if (before != null && before > message.number()) {
            throw new Violation(
                    "order",
                    message + " was delivered to client " + delivery.session().client() + " after message " + before);
        }
    }

    /** Whether it may have been dropped, for its expiry or because the queue was full, and a crash has undone that. */
    private boolean isDropUndone(Delivery delivery) {
        boolean mayBeSecond = delivery.packet().dup() || delivery.packet().qos() == QoS.AT_MOST_ONCE;
        return mayBeDropped(delivery) && mayBeSecond && ledger.hasCrashed();
    }

    /** Whether it may have been dropped before, and then comes later when its publisher sends it again. */
    private boolean mayBeDropped(Delivery delivery) {
        return drops
                || delivery.message().expirySeconds() > 0
                || delivery.packet().qos() == QoS.AT_MOST_ONCE;
    }
}
