package io.pipit.mqtt;

import io.pipit.mqtt.PacketDecoder.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes packets at random, the same ones for the same seed: what a test that fails has to print. */
public final class GeneratedPackets {
    private static final List<PacketType> FROM_CLIENT = List.of(
            PacketType.PUBLISH,
            PacketType.PUBACK,
            PacketType.PUBREC,
            PacketType.PUBREL,
            PacketType.PUBCOMP,
            PacketType.SUBSCRIBE,
            PacketType.UNSUBSCRIBE,
            PacketType.PINGREQ,
            PacketType.DISCONNECT,
            PacketType.AUTH);
    private static final List<PacketType> FROM_SERVER = List.of(
            PacketType.PUBLISH,
            PacketType.PUBACK,
            PacketType.PUBREC,
            PacketType.PUBREL,
            PacketType.PUBCOMP,
            PacketType.SUBACK,
            PacketType.UNSUBACK,
            PacketType.PINGRESP,
            PacketType.DISCONNECT,
            PacketType.AUTH);

    private final SplittableRandom random;
    private final ProtocolVersion version;
    private final Side sender;

    /** Packets of a version as a client or as a server sends them. */
    public GeneratedPackets(long seed, ProtocolVersion version, Side sender) {
        this.random = new SplittableRandom(seed);
        this.version = version;
        this.sender = sender;
    }

    /** What opens the connection: CONNECT of a client, CONNACK of a server. */
    public Packet opening() {
        return sender == Side.CLIENT ? connect() : connAck();
    }

    /** Any packet that may follow the opening. */
    public Packet next() {
        List<PacketType> types = sender == Side.CLIENT ? FROM_CLIENT : FROM_SERVER;
        while (true) {
            PacketType type = one(types);
            boolean known = version.hasProperties()
                    || (type != PacketType.AUTH && (type != PacketType.DISCONNECT || sender == Side.CLIENT));
            if (known) {
                return packet(type);
            }
        }
    }

    private Packet packet(PacketType type) {
        return switch (type) {
            case CONNECT -> connect();
            case CONNACK -> connAck();
            case PUBLISH -> publish();
            case PUBACK -> new PubAck(identifier(), reason(type), properties(type));
            case PUBREC -> new PubRec(identifier(), reason(type), properties(type));
            case PUBREL -> new PubRel(identifier(), reason(type), properties(type));
            case PUBCOMP -> new PubComp(identifier(), reason(type), properties(type));
            case SUBSCRIBE -> new Subscribe(identifier(), properties(type), some(this::subscription));
            case SUBACK -> new SubAck(identifier(), properties(type), some(this::subAckReason));
            case UNSUBSCRIBE -> new Unsubscribe(identifier(), properties(type), some(this::filter));
            case UNSUBACK ->
                new UnsubAck(
                        identifier(),
                        properties(type),
                        version.hasProperties() ? some(() -> reason(PacketType.UNSUBACK)) : List.of());
            case PINGREQ -> new PingReq();
            case PINGRESP -> new PingResp();
            case DISCONNECT -> new Disconnect(reason(type), properties(type));
            case AUTH -> new Auth(reason(type), withMethod(properties(type)));
        };
    }

    private static Properties withMethod(Properties properties) {
        return properties.has(Property.AUTHENTICATION_METHOD)
                ? properties
                : properties.with(Property.AUTHENTICATION_METHOD, "SCRAM");
    }

    private Connect connect() {
        boolean named = random.nextBoolean();
        Properties properties = properties(PacketType.CONNECT);
        if (properties.has(Property.AUTHENTICATION_DATA)) {
            properties = withMethod(properties);
        }
        return new Connect(
                version,
                !version.hasProperties() && random.nextBoolean(),
                new ClientIdentifier(text(30)),
                random.nextBoolean(),
                random.nextInt(0x10000),
                random.nextBoolean() ? will() : null,
                named ? text(20) : null,
                (named || version.hasProperties()) && random.nextBoolean() ? payload(40) : null,
                properties);
    }

    private Will will() {
        Properties properties = version.hasProperties() ? properties(null) : Properties.NONE;
        return new Will(topic(), payload(50), qos(), random.nextBoolean(), properties);
    }

    private ConnAck connAck() {
        ReasonCode reason = version.hasProperties()
                ? reason(PacketType.CONNACK)
                : one(List.of(
                        ReasonCode.SUCCESS,
                        ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                        ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                        ReasonCode.SERVER_UNAVAILABLE,
                        ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                        ReasonCode.NOT_AUTHORIZED));
        boolean present = version != ProtocolVersion.MQTT_3_1 && !reason.isError() && random.nextBoolean();
        return new ConnAck(present, reason, properties(PacketType.CONNACK));
    }

    /** A PUBLISH, now and then with a Topic Alias alone or with a payload above 16 KiB. */
    public Publish publish() {
        QoS qos = qos();
        Properties properties = properties(PacketType.PUBLISH);
        boolean aliased = properties.has(Property.TOPIC_ALIAS) && random.nextBoolean();
        return new Publish(
                qos.isAcknowledged() && random.nextBoolean(),
                qos,
                random.nextBoolean(),
                aliased ? null : topic(),
                qos.isAcknowledged() ? identifier() : 0,
                properties,
                payload(random.nextInt(20) == 0 ? 40_000 : 100));
    }

    private SubscriptionRequest subscription() {
        TopicFilter filter = filter();
        SubscriptionOptions options = version.hasProperties()
                ? new SubscriptionOptions(
                        qos(),
                        !filter.isShared() && random.nextBoolean(),
                        random.nextBoolean(),
                        one(List.of(RetainHandling.values())))
                : new SubscriptionOptions(qos());
        return new SubscriptionRequest(filter, options);
    }

    private ReasonCode subAckReason() {
        return switch (version) {
            case MQTT_5_0 -> reason(PacketType.SUBACK);
            case MQTT_3_1_1 -> random.nextInt(4) == 0 ? ReasonCode.UNSPECIFIED_ERROR : ReasonCode.granted(qos());
            case MQTT_3_1 -> ReasonCode.granted(qos());
        };
    }

    private ReasonCode reason(PacketType type) {
        if (!version.hasProperties()) {
            return ReasonCode.SUCCESS;
        }
        Side receiver = sender == Side.CLIENT ? Side.SERVER : Side.CLIENT;
        return one(List.copyOf(ReasonCodes.defined(type, receiver)));
    }

    /** Properties that a packet may have, or a Will Message for null. */
    private Properties properties(@Nullable PacketType type) {
        if (!version.hasProperties() || random.nextInt(3) == 0) {
            return Properties.NONE;
        }
        Properties.Builder builder = Properties.builder();
        for (int identifier = 1; identifier <= 0x2A; identifier++) {
            Property<?> property = Property.of(identifier);
            if (property != null && isAllowed(property, type) && random.nextInt(3) == 0) {
                addTo(builder, property, type);
            }
        }
        return builder.build();
    }

    private boolean isAllowed(Property<?> property, @Nullable PacketType type) {
        if (type == null) {
            return property.belongsToWill();
        }
        boolean refused =
                (type == PacketType.PUBLISH && property == Property.SUBSCRIPTION_IDENTIFIER && sender == Side.CLIENT)
                        || (type == PacketType.DISCONNECT
                                && property == Property.SESSION_EXPIRY_INTERVAL
                                && sender == Side.SERVER);
        return property.belongsTo(type) && !refused;
    }

    private void addTo(Properties.Builder builder, Property<?> property, @Nullable PacketType type) {
        boolean repeats = property == Property.USER_PROPERTY
                || (property == Property.SUBSCRIPTION_IDENTIFIER && type == PacketType.PUBLISH);
        int times = repeats ? 1 + random.nextInt(3) : 1;
        for (int i = 0; i < times; i++) {
            builder.addDecoded(property, value(property));
        }
    }

    private Object value(Property<?> property) {
        int least = property.isPositive() ? 1 : 0;
        return switch (property.format()) {
            case BYTE -> random.nextInt(2);
            case TWO_BYTES -> random.nextInt(least, 0x10000);
            case FOUR_BYTES -> random.nextLong(least, 0x1_0000_0000L);
            case VARIABLE_BYTES -> random.nextInt(least, 1 << (1 + random.nextInt(28)));
            case STRING -> property == Property.RESPONSE_TOPIC ? topic().toString() : text(20);
            case BINARY -> payload(20);
            case STRING_PAIR -> new UserProperty(text(8), text(8));
        };
    }

    /** A Topic Name of a few short levels, some of them empty. */
    public TopicName topic() {
        return TopicName.of(levels("$SYS", "a", "bc", "", "ü", "grün 🌱"));
    }

    /** A Topic Filter, with wildcards or not, shared or not. */
    public TopicFilter filter() {
        String levels = levels("$SYS", "a", "bc", "", "ü", "+", "+");
        String filter = random.nextInt(3) == 0 ? levels + "/#" : levels;
        return TopicFilter.of(random.nextInt(5) == 0 ? "$share/group/" + filter : filter);
    }

    private String levels(String... choice) {
        StringBuilder levels = new StringBuilder();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            levels.append(i == 0 ? "" : "/").append(choice[random.nextInt(choice.length)]);
        }
        return levels.isEmpty() ? "x" : levels.toString();
    }

    private String text(int most) {
        String choice = "abcXYZ019 -_/+#ä€\u0001\uFEFF\uFFFF";
        StringBuilder text = new StringBuilder();
        int count = random.nextInt(most + 1);
        for (int i = 0; i < count; i++) {
            if (random.nextInt(20) == 0) {
                text.appendCodePoint(0x1F331);
            } else {
                text.append(choice.charAt(random.nextInt(choice.length())));
            }
        }
        return text.toString();
    }

    private Payload payload(int most) {
        byte[] bytes = new byte[random.nextInt(most + 1)];
        random.nextBytes(bytes);
        return Payload.owning(bytes);
    }

    private int identifier() {
        return random.nextInt(1, 0x10000);
    }

    private QoS qos() {
        return QoS.of(random.nextInt(3));
    }

    private <T> T one(List<T> choice) {
        return choice.get(random.nextInt(choice.size()));
    }

    private <T> List<T> some(Supplier<T> one) {
        List<T> some = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            some.add(one.get());
        }
        return some;
    }
}
