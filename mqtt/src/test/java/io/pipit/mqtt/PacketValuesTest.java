package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What packets and their fields may be, whoever makes them. */
class PacketValuesTest {
    private static final TopicFilter FILTER = TopicFilter.of("a");

    static Stream<Arguments> packetsWithAnIdentifier() {
        return Stream.of(
                named("PUBLISH", i -> publish(QoS.AT_LEAST_ONCE, i)),
                named("PUBLISH at QoS 2", i -> publish(QoS.EXACTLY_ONCE, i)),
                named("PUBACK", i -> new PubAck(i, ReasonCode.SUCCESS, Properties.NONE)),
                named("PUBREC", i -> new PubRec(i, ReasonCode.SUCCESS, Properties.NONE)),
                named("PUBREL", i -> new PubRel(i, ReasonCode.SUCCESS, Properties.NONE)),
                named("PUBCOMP", i -> new PubComp(i, ReasonCode.SUCCESS, Properties.NONE)),
                named(
                        "SUBSCRIBE",
                        i -> new Subscribe(
                                i,
                                Properties.NONE,
                                List.of(new SubscriptionRequest(
                                        FILTER,
                                        new SubscriptionOptions(
                                                QoS.AT_MOST_ONCE, false, false, RetainHandling.SEND))))),
                named("SUBACK", i -> new SubAck(i, Properties.NONE, List.of(ReasonCode.SUCCESS))),
                named("UNSUBSCRIBE", i -> new Unsubscribe(i, Properties.NONE, List.of(FILTER))),
                named("UNSUBACK", i -> new UnsubAck(i, Properties.NONE, List.of(ReasonCode.SUCCESS))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("packetsWithAnIdentifier")
    void packet_withAPacketIdentifierOutOfRange_isRefused(String name, IntFunction<Packet> packet) {
        assertThat(packet.apply(1)).isNotNull();
        assertThat(packet.apply(65_535)).isNotNull();
        assertThatThrownBy(() -> packet.apply(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> packet.apply(65_536)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void publish_atQoS0WithPacketIdentifierOrDup_isRefused() {
        assertThatThrownBy(() -> publish(QoS.AT_MOST_ONCE, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Publish(
                        true, QoS.AT_MOST_ONCE, false, TopicName.of("a"), 0, Properties.NONE, Payload.EMPTY))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void connect_withAKeepAliveOutOfRange_isRefused() {
        assertThat(connect(0).keepAliveSeconds()).isZero();
        assertThat(connect(65_535).keepAliveSeconds()).isEqualTo(65_535);
        assertThatThrownBy(() -> connect(-1)).hasMessageContaining("Keep Alive");
        assertThatThrownBy(() -> connect(65_536)).hasMessageContaining("Keep Alive");
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0, 0", "0, 2, 0, 2", "2, 0, 0, 2", "1, 2, 1, 2", "2, 1, 1, 2", "2, 2, 2, 2"})
    void minAndMax_ofTwoQoS_areTheLowerAndTheHigher(int one, int other, int lower, int higher) {
        assertThat(QoS.of(one).min(QoS.of(other))).isEqualTo(QoS.of(lower));
        assertThat(QoS.of(one).max(QoS.of(other))).isEqualTo(QoS.of(higher));
    }

    @ParameterizedTest
    @EnumSource
    void isError_ofAReasonCode_isSoFrom0x80(ReasonCode reason) {
        assertThat(reason.isError()).isEqualTo(reason.code() >= 0x80);
        assertThat(ReasonCode.of(reason.code())).isSameAs(reason);
        assertThat(reason).hasToString("%s (0x%02X)".formatted(reason.name(), reason.code()));
    }

    @Test
    void of_aByteThatIsNoReasonCode_isNull() {
        assertThat(ReasonCode.of(-1)).isNull();
        assertThat(ReasonCode.of(0xFF)).isNull();
        assertThat(ReasonCode.of(0x100)).isNull();
    }

    @Test
    void clientIdentifier_saysWhetherItIsEmpty() {
        assertThat(new ClientIdentifier("").isEmpty()).isTrue();
        assertThat(new ClientIdentifier("a").isEmpty()).isFalse();
        assertThat(new ClientIdentifier("a")).hasToString("a");
    }

    @ParameterizedTest
    @CsvSource({"MQTT_3_1, 3.1", "MQTT_3_1_1, 3.1.1", "MQTT_5_0, 5.0"})
    void toString_ofAVersion_isItsNumber(ProtocolVersion version, String text) {
        assertThat(version).hasToString(text);
    }

    private static Arguments named(String name, IntFunction<Packet> packet) {
        return Arguments.of(name, packet);
    }

    private static Publish publish(QoS qos, int packetIdentifier) {
        return new Publish(false, qos, false, TopicName.of("a"), packetIdentifier, Properties.NONE, Payload.EMPTY);
    }

    private static Connect connect(int keepAliveSeconds) {
        return new Connect(
                ProtocolVersion.MQTT_5_0,
                false,
                new ClientIdentifier("a"),
                true,
                keepAliveSeconds,
                null,
                null,
                null,
                Properties.NONE);
    }
}
