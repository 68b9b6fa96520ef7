package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TopicAliasesTest {
    private static final TopicName A = TopicName.of("a");
    private static final TopicName B = TopicName.of("b");
    private static final TopicName C = TopicName.of("c");

    private final TopicAliases aliases = new TopicAliases(2, 2);

    private TopicName resolve(@Nullable TopicName topic, Properties properties) throws ProtocolException {
        return aliases.resolve(new Publish(false, QoS.AT_MOST_ONCE, false, topic, 0, properties, Payload.of("x")));
    }

    private static Properties alias(int alias) {
        return Properties.of(Property.TOPIC_ALIAS, alias);
    }

    @Test
    @Spec({"MQTT-3.3.2-12", "MQTT-3.3.2-9"})
    void resolve_upToTheMaximum_learnsAndKnows() throws ProtocolException {
        assertThat(resolve(A, alias(2))).isEqualTo(A);
        assertThat(resolve(B, alias(1))).isEqualTo(B);
        assertThat(resolve(null, alias(2))).isEqualTo(A);
        assertThat(resolve(null, alias(1))).isEqualTo(B);
        assertThat(resolve(C, Properties.NONE)).isEqualTo(C);
        assertThat(resolve(C, Properties.of(Property.CONTENT_TYPE, "text"))).isEqualTo(C);
        assertRefused(A, alias(3), ReasonCode.TOPIC_ALIAS_INVALID);
    }

    @Test
    void resolve_nothingThatSaysTheTopic_isRefused() throws ProtocolException {
        assertRefused(null, alias(1), ReasonCode.PROTOCOL_ERROR);
        resolve(A, alias(1));
        assertRefused(null, alias(2), ReasonCode.PROTOCOL_ERROR);
    }

    private void assertRefused(@Nullable TopicName topic, Properties properties, ReasonCode reason) {
        assertThatThrownBy(() -> resolve(topic, properties))
                .isInstanceOfSatisfying(
                        ProtocolException.class,
                        fault -> assertThat(fault.reasonCode()).isEqualTo(reason));
    }

    @Test
    @Spec("MQTT-3.1.2-26")
    void assign_whenAllAreInUse_givesNone() {
        assertThat(aliases.areSent()).isTrue();
        assertThat(aliases.known(A)).isZero();
        assertThat(aliases.assign(A)).isEqualTo(1);
        assertThat(aliases.assign(B)).isEqualTo(2);
        assertThat(aliases.assign(C)).isZero();
        assertThat(aliases.known(A)).isEqualTo(1);
        assertThat(aliases.known(B)).isEqualTo(2);
        assertThat(aliases.known(C)).isZero();
        assertThat(new TopicAliases(2, 0).areSent()).isFalse();
        assertThat(new TopicAliases(2, 1).areSent()).isTrue();
    }

    @Test
    void forget_theNewest_freesItsAlias() {
        aliases.forget(A);
        aliases.assign(A);
        aliases.assign(B);
        aliases.forget(B);
        assertThat(aliases.known(B)).isZero();
        assertThat(aliases.assign(C)).isEqualTo(2);
    }
}
