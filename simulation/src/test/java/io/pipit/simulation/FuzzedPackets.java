package io.pipit.simulation;

import io.pipit.mqtt.Auth;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.PingReq;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.Subscribe;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.Unsubscribe;
import io.pipit.mqtt.UserProperty;
import io.pipit.mqtt.Will;
import java.util.ArrayList;
import java.util.List;

/** Packets that are well formed, whatever a fuzzer says; whether they are right at their time is another question. */
final class FuzzedPackets {
    /** Packet Identifiers are 1 to this. */
    static final int IDENTIFIERS = 8;

    static final List<String> CLIENTS = List.of("c0", "c1", "c2", "c3");

    private static final String[] TOPICS = {"a", "a/b", "a/b/c", "b", "/", "$x/a", "a//b", "d/1/e"};
    private static final String[] FILTERS = {
        "a",
        "a/b",
        "#",
        "+",
        "a/#",
        "+/b",
        "a/+/c",
        "/+",
        "$share/g/#",
        "$share/g/a/+",
        "$share/h/a",
        "$x/#",
        "b",
        "a//b"
    };

    private final FuzzInput input;

    FuzzedPackets(FuzzInput input) {
        this.input = input;
    }

    Connect connect() {
        int flags = input.octet();
        ProtocolVersion version = input.one(
                ProtocolVersion.MQTT_5_0,
                ProtocolVersion.MQTT_3_1_1,
                ProtocolVersion.MQTT_5_0,
                ProtocolVersion.MQTT_3_1);
        boolean clean = (flags & 1) != 0;
        String client = (flags & 0x3E) == 0x3E ? "" : CLIENTS.get(flags >> 1 & 3);
        Properties properties = version.hasProperties() ? connectProperties(flags) : Properties.NONE;
        Will will = (flags & 8) == 0 ? null : will(version);
        int keepAlive = (flags & 16) == 0 ? 0 : input.below(40);
        boolean bridge = (flags & 0xE0) == 0xE0;
        return new Connect(
                version, bridge, new ClientIdentifier(client), clean, keepAlive, will, null, null, properties);
    }

    private Properties connectProperties(int flags) {
        Properties.Builder properties = Properties.builder();
        long expiry = input.one(60L, 0L, 5L, 0xFFFF_FFFFL, 1L);
        if (expiry != 0) {
            properties.add(Property.SESSION_EXPIRY_INTERVAL, expiry);
        }
        if ((flags & 32) != 0) {
            properties.add(Property.RECEIVE_MAXIMUM, input.one(1, 2, 3, 65_535));
        }
        if ((flags & 64) != 0) {
            properties.add(Property.TOPIC_ALIAS_MAXIMUM, input.one(1, 2, 10));
        }
        if ((flags & 128) != 0) {
            properties.add(Property.MAXIMUM_PACKET_SIZE, input.one(60L, 20L, 200L, 2L));
        }
        return properties.build();
    }

    private Will will(ProtocolVersion version) {
        Properties.Builder properties = Properties.builder();
        long delay = version.hasProperties() ? input.one(0L, 1L, 10L, 0xFFFF_FFFFL) : 0;
        if (delay != 0) {
            properties.add(Property.WILL_DELAY_INTERVAL, delay);
        }
        int flags = input.octet();
        return new Will(topic(), payload(), QoS.of(flags % 3), (flags & 4) != 0, properties.build());
    }

    Publish publish(ProtocolVersion version) {
        int flags = input.octet();
        QoS qos = QoS.of((flags & 3) % 3);
        Properties.Builder properties = Properties.builder();
        TopicName topic = topic();
        if (version.hasProperties()) {
            if ((flags & 16) != 0) {
                properties.add(Property.TOPIC_ALIAS, 1 + input.below(4));
                topic = (flags & 32) == 0 ? topic : null;
            }
            if ((flags & 64) != 0) {
                properties.add(Property.MESSAGE_EXPIRY_INTERVAL, (long) input.below(20));
            }
            if ((flags & 128) != 0) {
                properties.add(Property.USER_PROPERTY, new UserProperty("k", "v".repeat(input.below(40))));
            }
        }
        boolean dup = qos.isAcknowledged() && (flags & 4) != 0;
        int identifier = qos.isAcknowledged() ? identifier() : 0;
        return new Publish(dup, qos, (flags & 8) != 0, topic, identifier, properties.build(), payload());
    }

    private TopicName topic() {
        return TopicName.of(input.one(TOPICS));
    }

    private Payload payload() {
        int size = input.octet();
        return size >= 0xF0 ? Payload.of("x".repeat(500 * (size - 0xEF))) : Payload.of("x".repeat(size & 7));
    }

    int identifier() {
        return 1 + input.below(IDENTIFIERS);
    }

    Subscribe subscribe(ProtocolVersion version) {
        int flags = input.octet();
        List<SubscriptionRequest> requests = new ArrayList<>();
        for (int i = 0; i <= (flags & 1); i++) {
            requests.add(new SubscriptionRequest(filter(), options(version)));
        }
        Properties properties = version.hasProperties() && (flags & 2) != 0
                ? Properties.of(Property.SUBSCRIPTION_IDENTIFIER, 1 + (flags >> 2 & 3))
                : Properties.NONE;
        return new Subscribe(identifier(), properties, requests);
    }

    private TopicFilter filter() {
        return TopicFilter.of(input.one(FILTERS));
    }

    private SubscriptionOptions options(ProtocolVersion version) {
        int bits = input.octet();
        QoS qos = QoS.of((bits & 3) % 3);
        return version.hasProperties()
                ? new SubscriptionOptions(
                        qos,
                        (bits & 4) != 0,
                        (bits & 8) != 0,
                        List.of(RetainHandling.values()).get((bits >> 4 & 3) % 3))
                : new SubscriptionOptions(qos);
    }

    Unsubscribe unsubscribe() {
        return new Unsubscribe(identifier(), Properties.NONE, List.of(filter()));
    }

    /** Any acknowledgement of any identifier. */
    Packet acknowledgement(ProtocolVersion version) {
        int identifier = identifier();
        int kind = input.octet();
        boolean refuses = version.hasProperties() && (kind & 0xF0) == 0xF0;
        ReasonCode reason = refuses ? ReasonCode.UNSPECIFIED_ERROR : ReasonCode.SUCCESS;
        ReasonCode unknown = refuses ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND : ReasonCode.SUCCESS;
        return switch (kind & 3) {
            case 0 -> new PubAck(identifier, reason, Properties.NONE);
            case 1 -> new PubRec(identifier, reason, Properties.NONE);
            case 2 -> new PubRel(identifier, unknown, Properties.NONE);
            default -> new PubComp(identifier, unknown, Properties.NONE);
        };
    }

    /** A packet without much in it. */
    Packet other(ProtocolVersion version) {
        int kind = input.octet();
        return switch (kind & 3) {
            case 0 -> new PingReq();
            case 1 ->
                version.hasProperties() ? new Auth(ReasonCode.CONTINUE_AUTHENTICATION, Properties.NONE) : new PingReq();
            default -> version.hasProperties() ? disconnect(kind) : new Disconnect();
        };
    }

    private static Disconnect disconnect(int kind) {
        ReasonCode reason = (kind & 4) == 0 ? ReasonCode.SUCCESS : ReasonCode.DISCONNECT_WITH_WILL_MESSAGE;
        Properties properties =
                (kind & 8) == 0 ? Properties.NONE : Properties.of(Property.SESSION_EXPIRY_INTERVAL, (long) (kind >> 4));
        return new Disconnect(reason, properties);
    }
}
