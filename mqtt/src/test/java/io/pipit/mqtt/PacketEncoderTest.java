package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the encoder leaves out, translates and refuses. */
class PacketEncoderTest {
    private static final Properties REASON = Properties.of(Property.REASON_STRING, "because");

    @ParameterizedTest
    @EnumSource
    void encode_ofAnyReasonInA311ConnAck_isTheNearestReturnCode(ReasonCode reason) {
        String expected = switch (reason) {
            case UNSUPPORTED_PROTOCOL_VERSION -> "20020001";
            case CLIENT_IDENTIFIER_NOT_VALID -> "20020002";
            case BAD_USER_NAME_OR_PASSWORD -> "20020004";
            case NOT_AUTHORIZED, BANNED, BAD_AUTHENTICATION_METHOD -> "20020005";
            default -> reason.isError() ? "20020003" : "20020000";
        };
        assertThat(Wire.encode(new ConnAck(false, reason, REASON), ProtocolVersion.MQTT_3_1_1))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void hasReturnCode_ofAnyReason_isTrueWhereACodeSaysIt(ReasonCode reason) {
        boolean expected = switch (reason) {
            case MALFORMED_PACKET, PROTOCOL_ERROR, TOPIC_FILTER_INVALID, TOPIC_NAME_INVALID, PACKET_TOO_LARGE -> false;
            case RETAIN_NOT_SUPPORTED, QOS_NOT_SUPPORTED, PAYLOAD_FORMAT_INVALID, TOPIC_ALIAS_INVALID -> false;
            case KEEP_ALIVE_TIMEOUT, SESSION_TAKEN_OVER, ADMINISTRATIVE_ACTION, MAXIMUM_CONNECT_TIME -> false;
            case PACKET_IDENTIFIER_IN_USE, PACKET_IDENTIFIER_NOT_FOUND -> false;
            case RECEIVE_MAXIMUM_EXCEEDED, MESSAGE_RATE_TOO_HIGH, SHARED_SUBSCRIPTIONS_NOT_SUPPORTED -> false;
            case SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED, WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED -> false;
            default -> true;
        };
        assertThat(reason.hasReturnCode()).isEqualTo(expected);
    }

    /** The flags of the fixed header that have one value only, as the specification's table of them says. */
    @Spec("3.1.1:MQTT-2.2.2-1")
    @Test
    void encode_ofEachTypeIn311_hasItsReservedFlags() {
        Stream<Packet> table = WirePacket.all().stream()
                .filter(wire -> wire.version() != ProtocolVersion.MQTT_5_0)
                .map(WirePacket::packet);
        List<Packet> packets = Stream.concat(table, Stream.of(new PingResp()))
                .filter(packet -> packet.type() != PacketType.PUBLISH && packet.type() != PacketType.CONNECT)
                .toList();
        assertThat(packets.stream().map(Packet::type))
                .containsAll(EnumSet.complementOf(EnumSet.of(PacketType.CONNECT, PacketType.PUBLISH, PacketType.AUTH)));
        assertThat(packets).allSatisfy(packet -> {
            String flags = switch (packet.type()) {
                case PUBREL, SUBSCRIBE, UNSUBSCRIBE -> "2";
                default -> "0";
            };
            assertThat(Wire.encode(packet, ProtocolVersion.MQTT_3_1_1).substring(1, 2))
                    .as(packet.toString())
                    .isEqualTo(flags);
        });
    }

    @Spec("MQTT-3.2.2-1")
    @Test
    void encode_ofAConnAck_setsNoFlagButSessionPresent() {
        ConnAck connAck = new ConnAck(true, ReasonCode.SUCCESS, Properties.NONE);
        assertThat(Wire.encode(connAck, ProtocolVersion.MQTT_5_0)).isEqualTo("2003010000");
        ConnAck without = new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE);
        assertThat(Wire.encode(without, ProtocolVersion.MQTT_5_0)).isEqualTo("2003000000");
    }

    @Test
    void encode_ofA31ConnAck_hasNoSessionPresent() {
        ConnAck connAck = new ConnAck(true, ReasonCode.SUCCESS, Properties.NONE);
        assertThat(Wire.encode(connAck, ProtocolVersion.MQTT_3_1)).isEqualTo("20020000");
        assertThat(Wire.encode(connAck, ProtocolVersion.MQTT_3_1_1)).isEqualTo("20020100");
    }

    @Spec("MQTT-3.2.2-6")
    @Test
    void encode_ofARefusal_hasNoSessionPresent() {
        ConnAck connAck = new ConnAck(true, ReasonCode.SERVER_BUSY, Properties.NONE);
        assertThat(Wire.encode(connAck, ProtocolVersion.MQTT_5_0)).isEqualTo("2003008900");
        assertThat(Wire.encode(connAck, ProtocolVersion.MQTT_3_1_1)).isEqualTo("20020003");
    }

    @Spec("3.1.1:MQTT-3.9.3-2")
    @Test
    void encode_ofAnyErrorInA311SubAck_is0x80() {
        SubAck subAck = new SubAck(
                1, REASON, List.of(ReasonCode.NOT_AUTHORIZED, ReasonCode.GRANTED_QOS_2, ReasonCode.QUOTA_EXCEEDED));
        assertThat(Wire.encode(subAck, ProtocolVersion.MQTT_3_1_1)).isEqualTo("90050001800280");
    }

    @Test
    void encode_ofAnErrorInA31SubAck_isRefused() {
        SubAck subAck = new SubAck(1, Properties.NONE, List.of(ReasonCode.SUCCESS, ReasonCode.NOT_AUTHORIZED));
        assertThatThrownBy(() -> Wire.encode(subAck, ProtocolVersion.MQTT_3_1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1", "MQTT_3_1_1"})
    void encode_before50_leavesOutReasonsAndProperties(ProtocolVersion version) {
        assertThat(Wire.encode(new PubAck(1, ReasonCode.QUOTA_EXCEEDED, REASON), version))
                .isEqualTo("40020001");
        assertThat(Wire.encode(new PubRel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, REASON), version))
                .isEqualTo("62020001");
        assertThat(Wire.encode(new UnsubAck(1, REASON, List.of(ReasonCode.SUCCESS)), version))
                .isEqualTo("b0020001");
        assertThat(Wire.encode(new Disconnect(ReasonCode.SERVER_BUSY, REASON), version))
                .isEqualTo("e000");
        Properties properties = Properties.of(Property.CONTENT_TYPE, "c").with(Property.TOPIC_ALIAS, 1);
        Publish publish =
                new Publish(false, QoS.AT_MOST_ONCE, false, TopicName.of("t"), 0, properties, Payload.of("hi"));
        assertThat(Wire.encode(publish, version)).isEqualTo("30050001746869");
        SubscriptionOptions options =
                new SubscriptionOptions(QoS.AT_LEAST_ONCE, true, true, RetainHandling.DO_NOT_SEND);
        Subscribe subscribe = new Subscribe(
                1,
                Properties.of(Property.SUBSCRIPTION_IDENTIFIER, 1),
                List.of(new SubscriptionRequest(TopicFilter.of("a"), options)));
        assertThat(Wire.encode(subscribe, version)).isEqualTo("8206000100016101");
    }

    @Test
    void encode_ofAuthBefore50_isRefused() {
        assertRefused(new Auth(ReasonCode.SUCCESS, Properties.NONE), ProtocolVersion.MQTT_3_1_1);
    }

    @Test
    void encode_ofPublishWithoutTopicNameAndAlias_isRefused() {
        Publish publish = new Publish(false, QoS.AT_MOST_ONCE, false, null, 0, Properties.NONE, Payload.EMPTY);
        assertRefused(publish, ProtocolVersion.MQTT_5_0);
        Publish aliased = new Publish(
                false, QoS.AT_MOST_ONCE, false, null, 0, Properties.of(Property.TOPIC_ALIAS, 1), Payload.EMPTY);
        assertRefused(aliased, ProtocolVersion.MQTT_3_1_1);
    }

    @Test
    void encode_ofAPasswordWithoutUserNameBefore50_isRefused() {
        Connect connect = new Connect(
                ProtocolVersion.MQTT_3_1_1,
                false,
                new ClientIdentifier("a"),
                true,
                0,
                null,
                null,
                Payload.of("p"),
                Properties.NONE);
        assertRefused(connect, ProtocolVersion.MQTT_3_1_1);
    }

    @Test
    void encode_ofAPropertyOfAnotherPacket_isRefused() {
        assertRefused(
                new PubAck(1, ReasonCode.SUCCESS, Properties.of(Property.TOPIC_ALIAS, 1)), ProtocolVersion.MQTT_5_0);
        Will will = new Will(
                TopicName.of("w"),
                Payload.EMPTY,
                QoS.AT_MOST_ONCE,
                false,
                Properties.of(Property.REASON_STRING, "because"));
        Connect connect = new Connect(
                ProtocolVersion.MQTT_5_0, false, new ClientIdentifier("a"), true, 0, will, null, null, Properties.NONE);
        assertRefused(connect, ProtocolVersion.MQTT_5_0);
    }

    @Test
    void encode_ofAPropertyOutOfRange_isRefused() {
        assertRefused(connAck(Property.RECEIVE_MAXIMUM, 0), ProtocolVersion.MQTT_5_0);
        assertRefused(connAck(Property.RECEIVE_MAXIMUM, 0x10000), ProtocolVersion.MQTT_5_0);
        assertRefused(connAck(Property.MAXIMUM_QOS, 2), ProtocolVersion.MQTT_5_0);
        assertRefused(connAck(Property.SESSION_EXPIRY_INTERVAL, -1L), ProtocolVersion.MQTT_5_0);
        assertRefused(connAck(Property.SESSION_EXPIRY_INTERVAL, 0x1_0000_0000L), ProtocolVersion.MQTT_5_0);
        assertRefused(connAck(Property.REASON_STRING, "\uD800"), ProtocolVersion.MQTT_5_0);
        assertRefused(
                connAck(Property.AUTHENTICATION_DATA, Payload.owning(new byte[0x10000])), ProtocolVersion.MQTT_5_0);
    }

    @Test
    void encode_ofTheLongestBinaryData_isWritten() throws ProtocolException {
        ConnAck connAck = connAck(Property.AUTHENTICATION_DATA, Payload.owning(new byte[0xFFFF]));
        String hex = Wire.encode(connAck, ProtocolVersion.MQTT_5_0);
        assertThat(Wire.decode(PacketDecoder.Side.CLIENT, ProtocolVersion.MQTT_5_0, hex))
                .isEqualTo(connAck);
    }

    @Test
    void encode_atTheEndOfABuffer_needsNoMoreThanItsSize() {
        ConnAck connAck = connAck(Property.REASON_STRING, "äöü🌱");
        int size = PacketEncoder.size(connAck, ProtocolVersion.MQTT_5_0);
        ByteBuf out = Unpooled.buffer(size, size);
        PacketEncoder.encode(connAck, ProtocolVersion.MQTT_5_0, out);
        assertThat(out.isWritable()).isFalse();
    }

    private static <T> ConnAck connAck(Property<T> property, T value) {
        return new ConnAck(false, ReasonCode.SUCCESS, Properties.of(property, value));
    }

    /** Refused with nothing written. */
    private static void assertRefused(Packet packet, ProtocolVersion version) {
        ByteBuf out = Unpooled.buffer();
        assertThatThrownBy(() -> PacketEncoder.encode(packet, version, out))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(out.isReadable()).isFalse();
        assertThatThrownBy(() -> PacketEncoder.size(packet, version)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void encode_ofAPayloadThatNoPacketHolds_isRefused() {
        int largest = VariableByteInteger.MAXIMUM - 10;
        assertThat(BodySize.withPayload(10, Payload.borrowed(Unpooled.EMPTY_BUFFER, 0, largest)))
                .isEqualTo(VariableByteInteger.MAXIMUM);
        Payload tooLarge = Payload.borrowed(Unpooled.EMPTY_BUFFER, 0, largest + 1);
        assertThatThrownBy(() -> BodySize.withPayload(10, tooLarge)).hasMessageContaining("fits in no packet");
    }

    @Test
    void encode_ofASubscriptionIdentifierAbove28Bits_isRefused() {
        Properties properties = Properties.of(Property.SUBSCRIPTION_IDENTIFIER, VariableByteInteger.MAXIMUM + 1);
        assertThatThrownBy(() -> PropertiesWriter.size(properties, PacketType.PUBLISH))
                .hasMessageContaining("Subscription Identifier");
    }
}
