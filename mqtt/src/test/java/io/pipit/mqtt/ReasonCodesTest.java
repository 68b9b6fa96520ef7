package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.PacketDecoder.Side;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Section 2.4 and the tables of the packets: of all codes from 0x00 to 0xFF, exactly those of a packet are read from it,
 * and written to it.
 */
class ReasonCodesTest {
    private static final String RECEIVED = "00 10 80 83 87 90 91 97 99";
    private static final String RELEASED = "00 92";

    @Spec({"MQTT-3.4.2-1", "MQTT-3.5.2-1"})
    @ParameterizedTest
    @CsvSource({"CLIENT, 40", "SERVER, 40", "CLIENT, 50", "SERVER, 50"})
    void pubAckAndPubRec_haveTheirCodes(Side receiver, String firstByte) {
        assertRead(receiver, firstByte + " 03 0001 %02x", RECEIVED);
        assertWritten(firstByte, RECEIVED);
    }

    @Spec({"MQTT-3.6.2-1", "MQTT-3.7.2-1"})
    @ParameterizedTest
    @CsvSource({"CLIENT, 62", "SERVER, 62", "CLIENT, 70", "SERVER, 70"})
    void pubRelAndPubComp_haveTheirCodes(Side receiver, String firstByte) {
        assertRead(receiver, firstByte + " 03 0001 %02x", RELEASED);
        assertWritten(firstByte, RELEASED);
    }

    @Spec({"MQTT-3.2.2-8", "MQTT-3.9.3-2", "MQTT-3.11.3-2"})
    @ParameterizedTest
    @CsvSource({
        "20 03 00 %02x 00, 00 80 81 82 83 84 85 86 87 88 89 8a 8c 90 95 97 99 9a 9b 9c 9d 9f",
        "90 04 0001 00 %02x, 00 01 02 80 83 87 8f 91 97 9e a1 a2",
        "b0 04 0001 00 %02x, 00 11 80 83 87 8f 91"
    })
    void answersOfAServer_haveTheirCodes(String hex, String defined) {
        assertRead(Side.CLIENT, hex, defined);
        assertWritten(hex.substring(0, 2), defined);
    }

    @Spec({"MQTT-3.14.2-1", "MQTT-3.15.2-1"})
    @ParameterizedTest
    @CsvSource({
        "SERVER, e0 01 %02x, 00 04 80 81 82 83 90 93 94 95 96 97 98 99",
        "CLIENT, e0 01 %02x, 00 80 81 82 83 87 89 8b 8c 8d 8e 8f 90 93 94 95 96 97 98 99 9a 9b 9c 9d 9e 9f a0 a1 a2",
        "SERVER, f0 06 %02x 04 150001 6d, 18 19",
        "CLIENT, f0 06 %02x 04 150001 6d, 00 18"
    })
    void disconnectAndAuth_haveTheirCodesFromEachSide(Side receiver, String hex, String defined) {
        assertRead(receiver, hex, defined);
    }

    @Spec({"MQTT-3.14.2-1", "MQTT-3.15.2-1"})
    @ParameterizedTest
    @CsvSource({
        "e0, 00 04 80 81 82 83 87 89 8b 8c 8d 8e 8f 90 93 94 95 96 97 98 99 9a 9b 9c 9d 9e 9f a0 a1 a2",
        "f0, 00 18 19"
    })
    void disconnectAndAuth_areWrittenWithTheirCodesOnly(String firstByte, String defined) {
        assertWritten(firstByte, defined);
    }

    private static void assertRead(Side receiver, String hex, String defined) {
        Set<String> accepted = new TreeSet<>();
        for (int code = 0; code <= 0xFF; code++) {
            try {
                Wire.decode(receiver, ProtocolVersion.MQTT_5_0, hex.formatted(code));
                accepted.add("%02x".formatted(code));
            } catch (ProtocolException refused) {
                assertThat(refused.reasonCode()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
            }
        }
        assertThat(String.join(" ", accepted)).isEqualTo(defined);
    }

    private static void assertWritten(String firstByte, String defined) {
        for (ReasonCode reason : ReasonCode.values()) {
            Packet packet = packet(firstByte, reason);
            ByteBuf out = Unpooled.buffer();
            boolean known = List.of(defined.split(" ", -1)).contains("%02x".formatted(reason.code()));
            assertThat(reason.isFor(packet.type()))
                    .as("%s in %s", reason, packet)
                    .isEqualTo(known);
            if (known) {
                PacketEncoder.encode(packet, ProtocolVersion.MQTT_5_0, out);
                assertThat(out.isReadable()).isTrue();
            } else {
                assertThatThrownBy(() -> PacketEncoder.encode(packet, ProtocolVersion.MQTT_5_0, out))
                        .hasMessageContaining("cannot say");
                assertThat(out.isReadable()).isFalse();
            }
        }
    }

    private static Packet packet(String firstByte, ReasonCode reason) {
        return switch (firstByte) {
            case "20" -> new ConnAck(false, reason, Properties.NONE);
            case "40" -> new PubAck(1, reason, Properties.NONE);
            case "50" -> new PubRec(1, reason, Properties.NONE);
            case "62" -> new PubRel(1, reason, Properties.NONE);
            case "70" -> new PubComp(1, reason, Properties.NONE);
            case "90" -> new SubAck(1, Properties.NONE, List.of(reason));
            case "b0" -> new UnsubAck(1, Properties.NONE, List.of(reason));
            case "e0" -> new Disconnect(reason, Properties.NONE);
            case "f0" -> new Auth(reason, Properties.NONE);
            default -> throw new IllegalArgumentException(firstByte);
        };
    }
}
