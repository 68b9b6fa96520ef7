package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.acceptance.Verdict.Fault;
import io.pipit.client.ClientOptions;
import io.pipit.client.MessageListener;
import io.pipit.client.MqttClient;
import io.pipit.client.ReceivedMessage;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the judge of the crash test makes of what subscribers get: each fault is seen, and what is allowed is none. */
final class CrashJudgeTest {
    private final NumberedTopic topic = new NumberedTopic("load/2/p", QoS.EXACTLY_ONCE, false);
    private final NumberedTopic kept = new NumberedTopic("retained/2/p", QoS.EXACTLY_ONCE, true);
    private final Verdict verdict = new Verdict();

    @TempDir
    private Path directory;

    private AcknowledgedLog log;
    private ComingSubscriber subscriber;

    @BeforeEach
    void subscribe() throws IOException {
        log = new AcknowledgedLog(directory.resolve("log"));
        subscriber = new ComingSubscriber(
                "subscriber",
                TopicFilter.of("load/#"),
                QoS.EXACTLY_ONCE,
                List.of(topic),
                (name, listener) ->
                        new MqttClient(ClientOptions.builder("mqtt://localhost").build()),
                log,
                verdict,
                new Progress());
        begin(topic, 3);
        subscriber.subscribed();
    }

    @AfterEach
    void close() throws IOException {
        log.close();
    }

    private static void begin(NumberedTopic topic, int count) {
        for (int i = 0; i < count; i++) {
            topic.acknowledge(topic.begin());
        }
    }

    private static void give(MessageListener to, NumberedTopic topic, Payload payload, QoS qos, boolean retained) {
        to.received(new ReceivedMessage(
                topic.name(), payload, qos, retained, false, 1, Properties.NONE, (reason, properties) -> {}));
    }

    private void give(long number) {
        give(subscriber, topic, topic.message(number).payload(), QoS.EXACTLY_ONCE, false);
    }

    private Set<Fault> faults() {
        if (!subscriber.isComplete()) {
            assertThat(verdict.counts()).doesNotContainKey(Fault.MESSAGE_LOST);
        }
        subscriber.end();
        return verdict.counts().keySet();
    }

    @Test
    void everyMessageSinceTheSubscription_isRight() {
        begin(topic, 2);
        give(4);
        give(5);
        assertThat(faults()).isEmpty();
    }

    @Test
    void messagesThatWereUnderWayWhenSubscribing_mayComeOrNot() {
        begin(topic, 1);
        give(3);
        give(4);
        assertThat(faults()).isEmpty();
    }

    @Test
    void firstMessageThatDoesNotCome_isLost() {
        begin(topic, 2);
        give(5);
        assertThat(faults()).containsExactly(Fault.MESSAGE_LOST);
    }

    @Test
    void messageBetweenOthersThatDoesNotCome_isLost() {
        begin(topic, 3);
        give(4);
        give(6);
        assertThat(faults()).containsExactly(Fault.MESSAGE_LOST);
    }

    @Test
    void lastMessageThatDoesNotCome_isLost() {
        begin(topic, 2);
        give(4);
        assertThat(faults()).containsExactly(Fault.MESSAGE_LOST);
    }

    @Test
    void messageThatComesLate_isDisordered() {
        begin(topic, 3);
        give(4);
        give(6);
        give(5);
        assertThat(faults()).containsExactly(Fault.DISORDERED);
    }

    @Test
    void messageThatComesTwice_isDoubledAtQosTwoAlone() {
        begin(topic, 1);
        give(4);
        give(subscriber, topic, topic.message(4).payload(), QoS.AT_LEAST_ONCE, false);
        assertThat(verdict.counts()).isEmpty();
        assertThat(subscriber.repeated()).isOne();
        give(4);
        assertThat(faults()).containsExactly(Fault.DOUBLED);
    }

    @Test
    void messageThatIsNotAsPublished_isCorrupt() {
        begin(topic, 1);
        give(4);
        give(subscriber, topic, Payload.of("4:y"), QoS.EXACTLY_ONCE, false);
        assertThat(faults()).containsExactly(Fault.CORRUPT);
    }

    @Test
    void messageThatWasPublishedAfterUnsuback_mustNotCome() {
        begin(topic, 2);
        give(4);
        subscriber.unsubscribed();
        give(5);
        begin(topic, 1);
        assertThat(faults()).isEmpty();
        give(6);
        assertThat(faults()).containsExactly(Fault.UNSUBSCRIBED_CAME);
    }

    @Test
    void retainedMessage_mayBeTheLastAcknowledgedOneOrNewer() {
        begin(kept, 7);
        RetainedReader reader = new RetainedReader(List.of(kept), verdict);
        long unacknowledged = kept.begin();
        give(reader, kept, kept.message(7).payload(), QoS.AT_LEAST_ONCE, true);
        give(reader, kept, kept.message(unacknowledged).payload(), QoS.AT_LEAST_ONCE, true);
        assertThat(verdict.counts()).isEmpty();
        give(reader, kept, kept.message(6).payload(), QoS.AT_LEAST_ONCE, true);
        assertThat(verdict.counts()).containsOnlyKeys(Fault.RETAINED_LOST);
    }

    @Test
    void retainedMessage_mayBeMissingOnlyWhenItWasCleared() {
        assertThat(kept.mayBeEmptySince(0)).isTrue();
        begin(kept, 4);
        assertThat(kept.mayBeEmptySince(4)).isFalse();
        begin(kept, 1);
        assertThat(kept.mayBeEmptySince(4)).isTrue();
        assertThat(kept.message(5).payload().size()).isZero();
        begin(kept, 1);
        assertThat(kept.mayBeEmptySince(6)).isFalse();
    }
}
