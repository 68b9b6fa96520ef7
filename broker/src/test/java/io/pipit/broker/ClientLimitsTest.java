package io.pipit.broker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.UnsubAck;
import io.pipit.mqtt.UserProperty;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every packet passes before it is sent: a Reason String or User Property that makes it larger than the client
 * accepts is left out, and one that fits is not.
 */
final class ClientLimitsTest {
    private static final ProtocolVersion VERSION = ProtocolVersion.MQTT_5_0;

    /** What may be too much: each of them for itself. */
    enum Extra {
        REASON_STRING,
        USER_PROPERTY;

        private Properties properties() {
            return switch (this) {
                case REASON_STRING -> Properties.of(Property.REASON_STRING, "because of this");
                case USER_PROPERTY -> Properties.of(Property.USER_PROPERTY, new UserProperty("why", "because of this"));
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.2.2-19", "MQTT-3.2.2-20"})
    void connack_isCutToTheClientsMaximum(Extra extra) {
        assertCut(extra, properties -> new ConnAck(false, ReasonCode.NOT_AUTHORIZED, properties));
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.4.2-2", "MQTT-3.4.2-3"})
    void puback_isCutToTheClientsMaximum(Extra extra) {
        assertCut(extra, properties -> new PubAck(1, ReasonCode.QUOTA_EXCEEDED, properties));
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.5.2-2", "MQTT-3.5.2-3"})
    void pubrec_isCutToTheClientsMaximum(Extra extra) {
        assertCut(extra, properties -> new PubRec(1, ReasonCode.QUOTA_EXCEEDED, properties));
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.6.2-2", "MQTT-3.6.2-3"})
    void pubrel_isCutToTheClientsMaximum(Extra extra) {
        assertCut(extra, properties -> new PubRel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, properties));
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.7.2-2", "MQTT-3.7.2-3"})
    void pubcomp_isCutToTheClientsMaximum(Extra extra) {
        assertCut(extra, properties -> new PubComp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, properties));
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.9.2-1", "MQTT-3.9.2-2"})
    void suback_isCutToTheClientsMaximum(Extra extra) {
        assertCut(extra, properties -> new SubAck(1, properties, List.of(ReasonCode.NOT_AUTHORIZED)));
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.11.2-1", "MQTT-3.11.2-2"})
    void unsuback_isCutToTheClientsMaximum(Extra extra) {
        assertCut(extra, properties -> new UnsubAck(1, properties, List.of(ReasonCode.SUCCESS)));
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.14.2-3", "MQTT-3.14.2-4"})
    void disconnect_isCutToTheClientsMaximum(Extra extra) {
        assertCut(extra, properties -> new Disconnect(ReasonCode.PROTOCOL_ERROR, properties));
    }

    @ParameterizedTest
    @EnumSource
    @Spec("MQTT-3.1.2-29")
    void acknowledgements_toAClientThatWantsNoReasons_haveNone(Extra extra) {
        ClientLimits limits = new ClientLimits(1, Long.MAX_VALUE, false);
        List<Function<Properties, Packet>> packets = List.of(
                properties -> new PubAck(1, ReasonCode.QUOTA_EXCEEDED, properties),
                properties -> new PubRec(1, ReasonCode.QUOTA_EXCEEDED, properties),
                properties -> new PubRel(1, ReasonCode.SUCCESS, properties),
                properties -> new PubComp(1, ReasonCode.SUCCESS, properties),
                properties -> new SubAck(1, properties, List.of(ReasonCode.NOT_AUTHORIZED)),
                properties -> new UnsubAck(1, properties, List.of(ReasonCode.SUCCESS)));

        for (Function<Properties, Packet> packet : packets) {
            assertThat(limits.fit(packet.apply(extra.properties()), VERSION)).isEqualTo(packet.apply(Properties.NONE));
        }
        Packet connack = new ConnAck(false, ReasonCode.NOT_AUTHORIZED, extra.properties());
        Packet disconnect = new Disconnect(ReasonCode.PROTOCOL_ERROR, extra.properties());
        assertThat(limits.fit(connack, VERSION)).isEqualTo(connack);
        assertThat(limits.fit(disconnect, VERSION)).isEqualTo(disconnect);
    }

    @Test
    void otherProperties_areNotLeftOut() {
        Properties needed = Properties.of(Property.ASSIGNED_CLIENT_IDENTIFIER, "a");
        Packet connack = new ConnAck(false, ReasonCode.SUCCESS, needed.with(Property.REASON_STRING, "because"));
        Packet shorter = new ConnAck(false, ReasonCode.SUCCESS, needed);
        int size = PacketEncoder.size(shorter, VERSION);

        assertThat(of(size).fit(connack, VERSION)).isEqualTo(shorter);
        assertThat(of(size - 1).fit(connack, VERSION)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"-1, true", "0, false", "1, true"})
    @Spec("MQTT-3.1.2-29")
    void problemInformation_isWantedUnlessTheConnectSaysNo(int asked, boolean wanted) {
        Properties properties =
                asked < 0 ? Properties.NONE : Properties.of(Property.REQUEST_PROBLEM_INFORMATION, asked);
        Connect connect = new Connect(VERSION, false, new ClientIdentifier("a"), true, 0, null, null, null, properties);
        assertThat(ClientLimits.of(connect, Settings.DEFAULT.mqtt()).problemInformation())
                .isEqualTo(wanted);
    }

    private static void assertCut(Extra extra, Function<Properties, Packet> packet) {
        Packet whole = packet.apply(extra.properties());
        Packet shorter = packet.apply(Properties.NONE);
        int size = PacketEncoder.size(whole, VERSION);

        assertThat(of(size).fit(whole, VERSION)).isEqualTo(whole);
        assertThat(of(size - 1).fit(whole, VERSION)).isEqualTo(shorter);
        assertThat(PacketEncoder.size(requireNonNull(of(size - 1).fit(whole, VERSION)), VERSION))
                .isLessThan(size);
    }

    private static ClientLimits of(int maximumPacketSize) {
        return new ClientLimits(1, maximumPacketSize, true);
    }
}
