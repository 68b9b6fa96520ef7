package io.pipit.mqtt;

import static io.pipit.mqtt.ProtocolVersion.MQTT_3_1;
import static io.pipit.mqtt.ProtocolVersion.MQTT_3_1_1;
import static io.pipit.mqtt.ProtocolVersion.MQTT_5_0;

import io.pipit.mqtt.PacketDecoder.Side;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A packet and its bytes in one version, as the specification lays them out: what drives decoder, encoder and fuzzing.
 *
 * @param hex in the form of {@link Hex}
 */
public record WirePacket(String name, ProtocolVersion version, Side sender, String hex, Packet packet) {
    private static final Will WILL =
            new Will(TopicName.of("w"), Payload.of("bye"), QoS.AT_LEAST_ONCE, true, Properties.NONE);

    /** All packet types of each version, in every form that the encoder writes. */
    public static List<WirePacket> all() {
        return List.of(
                client(
                        "CONNECT",
                        MQTT_3_1,
                        "10 0f 0006 'MQIsdp' 03 02 003c 0001 'a'",
                        connect(MQTT_3_1, false, true, null, null)),
                client(
                        "CONNECT of a bridge",
                        MQTT_3_1,
                        "10 0f 0006 'MQIsdp' 83 02 003c 0001 'a'",
                        connect(MQTT_3_1, true, true, null, null)),
                client(
                        "CONNECT",
                        MQTT_3_1_1,
                        "10 0d 0004 'MQTT' 04 00 003c 0001 'a'",
                        connect(MQTT_3_1_1, false, false, null, null)),
                client(
                        "CONNECT of a bridge",
                        MQTT_3_1_1,
                        "10 0d 0004 'MQTT' 84 02 003c 0001 'a'",
                        connect(MQTT_3_1_1, true, true, null, null)),
                client(
                        "CONNECT with everything",
                        MQTT_3_1_1,
                        "10 1b 0004 'MQTT' 04 ee 003c 0001 'a' 0001 'w' 0003 'bye' 0001 'u' 0001 'p'",
                        new Connect(
                                MQTT_3_1_1,
                                false,
                                new ClientIdentifier("a"),
                                true,
                                60,
                                WILL,
                                "u",
                                Payload.of("p"),
                                Properties.NONE)),
                client(
                        "CONNECT with an empty client identifier",
                        MQTT_5_0,
                        "10 0d 0004 'MQTT' 05 02 0000 00 0000",
                        new Connect(
                                MQTT_5_0, false, new ClientIdentifier(""), true, 0, null, null, null, Properties.NONE)),
                client(
                        "CONNECT with a password alone",
                        MQTT_5_0,
                        "10 11 0004 'MQTT' 05 42 003c 00 0001 'a' 0001 'p'",
                        connect(MQTT_5_0, false, true, null, "p")),
                client(
                        "CONNECT with properties, here and of the will",
                        MQTT_5_0,
                        "10 2c 0004 'MQTT' 05 06 003c 0b 1100000078 210014 227fff 0001 'a' 0a 1800000005 020000000a 0001 'w'"
                                + " 0003 'bye'",
                        new Connect(
                                MQTT_5_0,
                                false,
                                new ClientIdentifier("a"),
                                true,
                                60,
                                new Will(
                                        TopicName.of("w"),
                                        Payload.of("bye"),
                                        QoS.AT_MOST_ONCE,
                                        false,
                                        Properties.of(Property.WILL_DELAY_INTERVAL, 5L)
                                                .with(Property.MESSAGE_EXPIRY_INTERVAL, 10L)),
                                null,
                                null,
                                Properties.of(Property.SESSION_EXPIRY_INTERVAL, 120L)
                                        .with(Property.RECEIVE_MAXIMUM, 20)
                                        .with(Property.TOPIC_ALIAS_MAXIMUM, 0x7FFF))),
                server("CONNACK", MQTT_3_1, "20 02 00 00", new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE)),
                server(
                        "CONNACK of a session",
                        MQTT_3_1_1,
                        "20 02 01 00",
                        new ConnAck(true, ReasonCode.SUCCESS, Properties.NONE)),
                server(
                        "CONNACK of a refusal",
                        MQTT_3_1_1,
                        "20 02 00 05",
                        new ConnAck(false, ReasonCode.NOT_AUTHORIZED, Properties.NONE)),
                server(
                        "CONNACK with properties",
                        MQTT_5_0,
                        "20 09 01 00 06 2100ff 130009",
                        new ConnAck(
                                true,
                                ReasonCode.SUCCESS,
                                Properties.of(Property.RECEIVE_MAXIMUM, 255).with(Property.SERVER_KEEP_ALIVE, 9))),
                server(
                        "CONNACK of a refusal",
                        MQTT_5_0,
                        "20 03 00 87 00",
                        new ConnAck(false, ReasonCode.NOT_AUTHORIZED, Properties.NONE)),
                client("PUBLISH", MQTT_3_1, "30 05 0001 't' 'hi'", publish(QoS.AT_MOST_ONCE, false, false, 0)),
                client("PUBLISH", MQTT_3_1_1, "31 05 0001 't' 'hi'", publish(QoS.AT_MOST_ONCE, false, true, 0)),
                client(
                        "PUBLISH",
                        MQTT_3_1_1,
                        "3a 07 0001 't' 1234 'hi'",
                        publish(QoS.AT_LEAST_ONCE, true, false, 0x1234)),
                client("PUBLISH", MQTT_5_0, "30 06 0001 't' 00 'hi'", publish(QoS.AT_MOST_ONCE, false, false, 0)),
                client(
                        "PUBLISH",
                        MQTT_5_0,
                        "3d 08 0001 't' ffff 00 'hi'",
                        publish(QoS.EXACTLY_ONCE, true, true, 0xFFFF)),
                client(
                        "PUBLISH with a Topic Alias alone",
                        MQTT_5_0,
                        "30 08 0000 03 230007 'hi'",
                        new Publish(
                                false,
                                QoS.AT_MOST_ONCE,
                                false,
                                null,
                                0,
                                Properties.of(Property.TOPIC_ALIAS, 7),
                                Payload.of("hi"))),
                server(
                        "PUBLISH with every property",
                        MQTT_5_0,
                        "30 2a 0001 't' 24 0101 0200000e10 030001 'c' 080001 'r' 09000200ff 0b01 0b808001 230001"
                                + " 260001 'k' 0001 'v' 'hi'",
                        new Publish(
                                false,
                                QoS.AT_MOST_ONCE,
                                false,
                                TopicName.of("t"),
                                0,
                                Properties.of(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                                        .with(Property.MESSAGE_EXPIRY_INTERVAL, 3600L)
                                        .with(Property.CONTENT_TYPE, "c")
                                        .with(Property.RESPONSE_TOPIC, "r")
                                        .with(Property.CORRELATION_DATA, Payload.of(new byte[] {0, -1}))
                                        .with(Property.SUBSCRIPTION_IDENTIFIER, 1)
                                        .with(Property.SUBSCRIPTION_IDENTIFIER, 16384)
                                        .with(Property.TOPIC_ALIAS, 1)
                                        .with(Property.USER_PROPERTY, new UserProperty("k", "v")),
                                Payload.of("hi"))),
                client("PUBACK", MQTT_3_1_1, "40 02 0001", new PubAck(1)),
                client("PUBACK", MQTT_5_0, "40 02 0001", new PubAck(1)),
                client(
                        "PUBACK with a reason",
                        MQTT_5_0,
                        "40 03 0001 10",
                        new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS, Properties.NONE)),
                client(
                        "PUBACK with properties",
                        MQTT_5_0,
                        "40 08 0001 00 04 1f0001 'r'",
                        new PubAck(1, ReasonCode.SUCCESS, Properties.of(Property.REASON_STRING, "r"))),
                client("PUBREC", MQTT_3_1_1, "50 02 0001", new PubRec(1)),
                client("PUBREC", MQTT_5_0, "50 03 0001 97", new PubRec(1, ReasonCode.QUOTA_EXCEEDED, Properties.NONE)),
                client("PUBREL", MQTT_3_1, "62 02 0001", new PubRel(1)),
                client(
                        "PUBREL",
                        MQTT_5_0,
                        "62 03 0001 92",
                        new PubRel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Properties.NONE)),
                client("PUBCOMP", MQTT_3_1_1, "70 02 0001", new PubComp(1)),
                client(
                        "PUBCOMP",
                        MQTT_5_0,
                        "70 0b 0001 92 07 260001 'k' 0001 'v'",
                        new PubComp(
                                1,
                                ReasonCode.PACKET_IDENTIFIER_NOT_FOUND,
                                Properties.of(Property.USER_PROPERTY, new UserProperty("k", "v")))),
                client("SUBSCRIBE", MQTT_3_1, "82 06 0001 0001 'a' 01", subscribe(QoS.AT_LEAST_ONCE)),
                client("SUBSCRIBE", MQTT_3_1_1, "82 06 0001 0001 'a' 02", subscribe(QoS.EXACTLY_ONCE)),
                client(
                        "SUBSCRIBE with an identifier and options",
                        MQTT_5_0,
                        "82 1f 0001 02 0b0a 0003 'a/#' 2e 0011 '$share/g/sport/+/' 11",
                        new Subscribe(
                                1,
                                Properties.of(Property.SUBSCRIPTION_IDENTIFIER, 10),
                                List.of(
                                        new SubscriptionRequest(
                                                TopicFilter.of("a/#"),
                                                new SubscriptionOptions(
                                                        QoS.EXACTLY_ONCE, true, true, RetainHandling.DO_NOT_SEND)),
                                        new SubscriptionRequest(
                                                TopicFilter.of("$share/g/sport/+/"),
                                                new SubscriptionOptions(
                                                        QoS.AT_LEAST_ONCE,
                                                        false,
                                                        false,
                                                        RetainHandling.SEND_IF_NEW))))),
                server(
                        "SUBACK",
                        MQTT_3_1,
                        "90 03 0001 01",
                        new SubAck(1, Properties.NONE, List.of(ReasonCode.GRANTED_QOS_1))),
                server(
                        "SUBACK",
                        MQTT_3_1_1,
                        "90 04 0001 02 80",
                        new SubAck(
                                1, Properties.NONE, List.of(ReasonCode.GRANTED_QOS_2, ReasonCode.UNSPECIFIED_ERROR))),
                server(
                        "SUBACK",
                        MQTT_5_0,
                        "90 05 0001 00 00 9e",
                        new SubAck(
                                1,
                                Properties.NONE,
                                List.of(ReasonCode.SUCCESS, ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED))),
                client(
                        "UNSUBSCRIBE",
                        MQTT_3_1_1,
                        "a2 08 0001 0001 'a' 0001 '+'",
                        new Unsubscribe(1, Properties.NONE, List.of(TopicFilter.of("a"), TopicFilter.of("+")))),
                client(
                        "UNSUBSCRIBE",
                        MQTT_5_0,
                        "a2 06 0001 00 0001 'a'",
                        new Unsubscribe(1, Properties.NONE, List.of(TopicFilter.of("a")))),
                server("UNSUBACK", MQTT_3_1_1, "b0 02 0001", new UnsubAck(1, Properties.NONE, List.of())),
                server(
                        "UNSUBACK",
                        MQTT_5_0,
                        "b0 04 0001 00 11",
                        new UnsubAck(1, Properties.NONE, List.of(ReasonCode.NO_SUBSCRIPTION_EXISTED))),
                client("PINGREQ", MQTT_3_1_1, "c0 00", new PingReq()),
                server("PINGRESP", MQTT_5_0, "d0 00", new PingResp()),
                client("DISCONNECT", MQTT_3_1_1, "e0 00", new Disconnect()),
                client("DISCONNECT", MQTT_5_0, "e0 00", new Disconnect()),
                client(
                        "DISCONNECT with a reason",
                        MQTT_5_0,
                        "e0 01 04",
                        new Disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, Properties.NONE)),
                client(
                        "DISCONNECT with a Session Expiry Interval",
                        MQTT_5_0,
                        "e0 07 00 05 11ffffffff",
                        new Disconnect(
                                ReasonCode.SUCCESS, Properties.of(Property.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFFL))),
                server(
                        "DISCONNECT with a Server Reference",
                        MQTT_5_0,
                        "e0 06 9d 04 1c0001 's'",
                        new Disconnect(ReasonCode.SERVER_MOVED, Properties.of(Property.SERVER_REFERENCE, "s"))),
                server("AUTH", MQTT_5_0, "f0 00", new Auth(ReasonCode.SUCCESS, Properties.NONE)),
                client(
                        "AUTH",
                        MQTT_5_0,
                        "f0 0a 18 08 150001 'm' 160001 'd'",
                        new Auth(
                                ReasonCode.CONTINUE_AUTHENTICATION,
                                Properties.of(Property.AUTHENTICATION_METHOD, "m")
                                        .with(Property.AUTHENTICATION_DATA, Payload.of("d")))));
    }

    private static WirePacket client(String name, ProtocolVersion version, String hex, Packet packet) {
        return new WirePacket(name, version, Side.CLIENT, hex, packet);
    }

    private static WirePacket server(String name, ProtocolVersion version, String hex, Packet packet) {
        return new WirePacket(name, version, Side.SERVER, hex, packet);
    }

    private static Connect connect(
            ProtocolVersion version,
            boolean bridge,
            boolean clean,
            @Nullable String userName,
            @Nullable String password) {
        return new Connect(
                version,
                bridge,
                new ClientIdentifier("a"),
                clean,
                60,
                null,
                userName,
                password == null ? null : Payload.of(password),
                Properties.NONE);
    }

    private static Publish publish(QoS qos, boolean dup, boolean retain, int packetIdentifier) {
        return new Publish(dup, qos, retain, TopicName.of("t"), packetIdentifier, Properties.NONE, Payload.of("hi"));
    }

    private static Subscribe subscribe(QoS qos) {
        return new Subscribe(
                1,
                Properties.NONE,
                List.of(new SubscriptionRequest(TopicFilter.of("a"), new SubscriptionOptions(qos))));
    }

    /** The side that this packet is sent to. */
    public Side receiver() {
        return sender == Side.CLIENT ? Side.SERVER : Side.CLIENT;
    }

    @Override
    public String toString() {
        return version + " " + name + " " + hex;
    }
}
