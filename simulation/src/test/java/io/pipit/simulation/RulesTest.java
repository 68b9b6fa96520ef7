package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.broker.Settings;
import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Each rule sees what breaks it, made by hand, and lets pass what is almost the same. */
final class RulesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Circumstances UNBOUNDED = new Circumstances(1, Settings.DEFAULT, 0, 0);
    private static final List<Traits> CLIENTS = Plan.of(1).clients();
    private static final int PUBLISHER = 1;

    private final Ledger ledger = new Ledger();
    private final ModelSession session = ledger.begin(0, true);

    @Test
    void onlySubscribed_seesWhatNobodyAskedFor() {
        OnlySubscribed rule = new OnlySubscribed();
        Published wanted = published("t/0", QoS.AT_LEAST_ONCE);
        subscribed("t/0");
        passes(() -> rule.delivered(delivery(wanted, 1)));
        breaks("only-subscribed", () -> rule.delivered(delivery(published("t/1", QoS.AT_LEAST_ONCE), 2)));
    }

    @Test
    void onlySubscribed_afterUnsuback_seesWhatWasPublishedLater() {
        OnlySubscribed rule = new OnlySubscribed();
        Wish wish = subscribed("t/0");
        Published before = published("t/0", QoS.AT_LEAST_ONCE);
        wish.closing(ledger.stamp());
        wish.closed(ledger.stamp());
        passes(() -> rule.delivered(delivery(before, 1)));
        breaks("only-subscribed", () -> rule.delivered(delivery(published("t/0", QoS.AT_LEAST_ONCE), 2)));
    }

    @Test
    void onlySubscribed_withNoLocal_seesWhatComesBack() {
        OnlySubscribed rule = new OnlySubscribed();
        SubscriptionOptions options = new SubscriptionOptions(QoS.EXACTLY_ONCE, true, false, RetainHandling.SEND);
        grant(session.wish(new SubscriptionRequest(TopicFilter.of("t/0"), options), 0, ledger.stamp()));
        Published own = ledger.publish(session.client(), TopicName.of("t/0"), QoS.AT_LEAST_ONCE, false, 0, 0);
        own.sent(ledger.stamp());
        breaks("only-subscribed", () -> rule.delivered(delivery(own, 1)));
    }

    @Test
    void onlySubscribed_seesAnotherPayload() {
        OnlySubscribed rule = new OnlySubscribed();
        subscribed("t/0");
        Published message = published("t/0", QoS.AT_LEAST_ONCE);
        Publish wrong = packet(message, 1, false, Payload.EMPTY);
        breaks("integrity", () -> rule.delivered(delivery(message, wrong, false)));
        breaks("integrity", () -> ledger.message(message.number() + 1));
    }

    @Test
    void exactlyOnce_seesASecondOne() {
        ExactlyOnce rule = new ExactlyOnce(ledger);
        Published message = published("t/0", QoS.EXACTLY_ONCE);
        passes(() -> rule.delivered(delivery(message, 1)));
        session.count(message.number(), 1, true);
        passes(() -> rule.delivered(delivery(message, packet(message, 1, true), true)));
        breaks("exactly-once", () -> rule.delivered(delivery(message, 2)));
    }

    @Test
    void inOrder_seesAnOlderOneAfterANewerOne() {
        InOrder rule = new InOrder(UNBOUNDED, ledger);
        subscribed("t/#");
        Published first = published("t/0", QoS.AT_LEAST_ONCE);
        Published second = published("t/0", QoS.AT_LEAST_ONCE);
        Published other = published("t/1", QoS.AT_LEAST_ONCE);
        passes(() -> rule.delivered(delivery(other, 1)));
        passes(() -> rule.delivered(delivery(second, 2)));
        breaks("order", () -> rule.delivered(delivery(first, 3)));
    }

    @Test
    void inOrder_letsRepetitionsPass() {
        InOrder rule = new InOrder(UNBOUNDED, ledger);
        subscribed("t/#");
        Published first = published("t/0", QoS.AT_LEAST_ONCE);
        Published second = published("t/0", QoS.AT_LEAST_ONCE);
        rule.delivered(delivery(first, 1));
        session.count(first.number(), 1, false);
        rule.delivered(delivery(second, 2));
        passes(() -> rule.delivered(delivery(first, packet(first, 1, true), false)));
    }

    @Test
    void inOrder_letsPassWhatComesAgainAtAQosThatWasAskedForLater() {
        InOrder rule = new InOrder(UNBOUNDED, ledger);
        grant(session.wish(
                new SubscriptionRequest(
                        TopicFilter.of("t/#"),
                        new SubscriptionOptions(QoS.AT_MOST_ONCE, false, false, RetainHandling.SEND)),
                0,
                ledger.stamp()));
        Published first = published("t/0", QoS.AT_LEAST_ONCE);
        subscribed("t/0");
        rule.delivered(delivery(published("t/0", QoS.AT_LEAST_ONCE), 1));
        passes(() -> rule.delivered(delivery(first, 2)));
    }

    @Test
    void inOrder_whereQueuesDrop_letsPassWhatACrashHasBroughtBack() {
        InOrder rule = new InOrder(bounded(), ledger);
        subscribed("t/#");
        Published first = published("t/0", QoS.AT_LEAST_ONCE);
        rule.delivered(delivery(published("t/0", QoS.AT_LEAST_ONCE), 2));
        breaks("order", () -> rule.delivered(delivery(first, packet(first, 1, true), false)));
        rule.delivered(delivery(published("t/0", QoS.AT_LEAST_ONCE), 3));
        ledger.crashed();
        passes(() -> rule.delivered(delivery(first, packet(first, 1, true), false)));
        breaks("order", () -> rule.delivered(delivery(first, 4)));
    }

    @Test
    void notExpired_seesWhatComesTooLate() {
        NotExpired rule = new NotExpired(ledger);
        Published message = ledger.publish(PUBLISHER, TopicName.of("t/0"), QoS.AT_LEAST_ONCE, false, 0, 5);
        message.sent(ledger.stamp());
        message.acknowledged(ledger.stamp(), 0);
        passes(() -> rule.delivered(at(5 * SECOND, message)));
        breaks("expiry", () -> rule.delivered(at(7 * SECOND, message)));
    }

    @Test
    void sameIdentifier_seesAnotherOneWhenSentAgain() {
        SameIdentifier rule = new SameIdentifier();
        Published message = published("t/0", QoS.AT_LEAST_ONCE);
        rule.delivered(delivery(message, 1));
        session.count(message.number(), 1, false);
        passes(() -> rule.delivered(delivery(message, packet(message, 1, true), false)));
        breaks("same-identifier", () -> rule.delivered(delivery(message, packet(message, 2, true), false)));
    }

    @Test
    void freshRetained_seesAStaleOne() {
        FreshRetained rule = new FreshRetained();
        Published older = retained();
        Published newer = retained();
        passes(() -> rule.delivered(delivery(newer, 1)));
        breaks("fresh-retained", () -> rule.delivered(delivery(older, 2)));
    }

    @Test
    void freshRetained_letsPassWhatItsPublisherHasSentAgain() {
        FreshRetained rule = new FreshRetained();
        Published older = retained();
        Published newer = retained();
        passes(() -> rule.delivered(delivery(newer, 1)));
        older.sent(ledger.stamp());
        passes(() -> rule.delivered(delivery(older, 2)));
    }

    @Test
    void freshRetained_whenTheNewerOneWasUndone_letsTheOlderOnePass() {
        FreshRetained rule = new FreshRetained();
        Published older = retained();
        Published newer = retained();
        rule.delivered(delivery(newer, 1));
        rule.undone();
        passes(() -> rule.delivered(delivery(older, 2)));
    }

    @Test
    void nothingLost_seesWhatWasAcknowledgedAndNeverCame() {
        NothingLost rule = new NothingLost(UNBOUNDED, CLIENTS);
        subscribed("t/0");
        Published message = published("t/0", QoS.AT_LEAST_ONCE);
        passes(() -> rule.settled(ledger));
        message.acknowledged(ledger.stamp(), 0);
        breaks("nothing-lost", () -> rule.settled(ledger));
        session.count(message.number(), 1, false);
        passes(() -> rule.settled(ledger));
    }

    @Test
    void nothingLost_whereQueuesDrop_wantsEachDropCounted() {
        NothingLost rule = new NothingLost(bounded(), CLIENTS);
        subscribed("t/0");
        published("t/0", QoS.AT_LEAST_ONCE).acknowledged(ledger.stamp(), 0);
        breaks("nothing-lost", () -> rule.settled(ledger));
        ledger.dropped(CLIENTS.getFirst().name(), DropReason.QUEUE_FULL);
        passes(() -> rule.settled(ledger));
    }

    @Test
    void sharedOnce_seesASecondMember() {
        SharedOnce rule = new SharedOnce(UNBOUNDED);
        Published message = published("s/1", QoS.EXACTLY_ONCE);
        passes(() -> rule.delivered(delivery(message, 1)));
        breaks("shared-once", () -> rule.delivered(delivery(message, 2)));
    }

    @Test
    void sharedOnce_letsPassARefusedOneThatComesAgain() {
        SharedOnce rule = new SharedOnce(UNBOUNDED);
        Published message = published("s/1", QoS.EXACTLY_ONCE);
        rule.delivered(delivery(message, 1));
        session.count(message.number(), 1, true);
        session.refuse(1);
        passes(() -> rule.delivered(delivery(message, packet(message, 1, true), false)));
        breaks("shared-once", () -> rule.delivered(delivery(message, 2)));
    }

    @Test
    void sharedOnce_seesWhatNoMemberWasGiven() {
        SharedOnce rule = new SharedOnce(UNBOUNDED);
        subscribed(Topics.groups().getFirst().toString());
        Published message = published("s/1", QoS.AT_LEAST_ONCE);
        message.acknowledged(ledger.stamp(), 0);
        breaks("shared-once", () -> rule.settled(ledger));
        rule.delivered(delivery(message, 1));
        passes(() -> rule.settled(ledger));
    }

    @Test
    void oneConnection_seesASecondOne() {
        OneConnection rule = new OneConnection();
        rule.connected("a");
        breaks("one-connection", () -> rule.connected("a"));
        rule.disconnected("a");
        breaks("one-connection", () -> rule.disconnected("a"));
    }

    @Test
    void memoryBound_seesAPublisherThatIsNotPausedAboveTheLimit() {
        MemoryBound rule = new MemoryBound(1_000);
        rule.publishes(1, 1_000, 0);
        rule.publishes(1, 1_001, 0);
        rule.publishes(1, 1_001, 0);
        passes(() -> rule.publishes(2, 1_500, 0));
        breaks("memory-bound", () -> rule.publishes(1, 1_001, SECOND - 1));
        passes(() -> rule.publishes(2, 1_001, SECOND));
        passes(() -> rule.publishes(2, 1_001, SECOND));
        assertThat(rule.peak()).isEqualTo(1_500);
    }

    @Test
    void memoryBound_whenItWasKeptAgain_beginsAnew() {
        MemoryBound rule = new MemoryBound(1_000);
        rule.publishes(1, 1_001, 0);
        rule.publishes(1, 1_001, 0);
        rule.see(1_000, 1);
        passes(() -> rule.publishes(1, 1_001, 2));
    }

    // Making things by hand

    private Wish subscribed(String filter) {
        SubscriptionOptions options = new SubscriptionOptions(QoS.EXACTLY_ONCE, false, false, RetainHandling.SEND);
        Wish wish = session.wish(new SubscriptionRequest(TopicFilter.of(filter), options), 0, ledger.stamp());
        grant(wish);
        return wish;
    }

    private void grant(Wish wish) {
        wish.grant(ledger.stamp(), 0);
    }

    private Published published(String topic, QoS qos) {
        Published message = ledger.publish(PUBLISHER, TopicName.of(topic), qos, false, 0, 0);
        message.sent(ledger.stamp());
        return message;
    }

    private Published retained() {
        Published message = ledger.publish(PUBLISHER, TopicName.of("r/0"), QoS.AT_LEAST_ONCE, true, 0, 0);
        message.sent(ledger.stamp());
        return message;
    }

    private Delivery delivery(Published message, int identifier) {
        return delivery(message, packet(message, identifier, false), false);
    }

    private Delivery delivery(Published message, Publish packet, boolean repeated) {
        return new Delivery(session, message, packet, repeated, session.seen(message.number()), 0);
    }

    private Delivery at(long nanos, Published message) {
        Publish packet = packet(message, 1, false);
        return new Delivery(session, message, packet, false, session.seen(message.number()), nanos);
    }

    private static Publish packet(Published message, int identifier, boolean dup) {
        return packet(message, identifier, dup, message.payload());
    }

    private static Publish packet(Published message, int identifier, boolean dup, Payload payload) {
        return new Publish(dup, message.qos(), message.retain(), message.topic(), identifier, Properties.NONE, payload);
    }

    private static Circumstances bounded() {
        Settings standard = Settings.DEFAULT;
        Settings.Queue queue = new Settings.Queue(
                5,
                standard.queue().maxBytes(),
                standard.queue().policy(),
                standard.queue().qos0());
        return new Circumstances(
                1,
                new Settings(
                        standard.mqtt(),
                        standard.session(),
                        queue,
                        standard.retained(),
                        standard.sys(),
                        standard.limits(),
                        standard.disk()),
                0,
                0);
    }

    private static void passes(ThrowingCallable what) {
        assertThatCode(what).doesNotThrowAnyException();
    }

    private static void breaks(String rule, ThrowingCallable what) {
        assertThatThrownBy(what).isInstanceOf(Violation.class).hasMessageStartingWith(rule + ": ");
    }
}
