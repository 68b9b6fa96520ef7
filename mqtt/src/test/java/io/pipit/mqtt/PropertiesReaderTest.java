package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.pipit.mqtt.PacketDecoder.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every property in every packet. */
class PropertiesReaderTest {
    /** A value of each property, by its identifier. */
    private static final Map<Integer, String> VALUES = values();

    /** The packets that table 2-4 of the specification names for each property; W is a Will Message. */
    private static final Map<Integer, String> PLACES = places();

    private static Map<Integer, String> values() {
        Map<Integer, String> values = new TreeMap<>();
        values.put(0x01, "01");
        values.put(0x02, "0000000a");
        values.put(0x03, "0001 'c'");
        values.put(0x08, "0001 'r'");
        values.put(0x09, "0001 00");
        values.put(0x0B, "05");
        values.put(0x11, "0000000a");
        values.put(0x12, "0001 'i'");
        values.put(0x13, "000a");
        values.put(0x15, "0001 'm'");
        values.put(0x16, "0001 00");
        values.put(0x17, "01");
        values.put(0x18, "0000000a");
        values.put(0x19, "01");
        values.put(0x1A, "0001 'i'");
        values.put(0x1C, "0001 's'");
        values.put(0x1F, "0001 'r'");
        values.put(0x21, "000a");
        values.put(0x22, "000a");
        values.put(0x23, "000a");
        values.put(0x24, "01");
        values.put(0x25, "01");
        values.put(0x26, "0001 'k' 0001 'v'");
        values.put(0x27, "00001000");
        values.put(0x28, "01");
        values.put(0x29, "01");
        values.put(0x2A, "01");
        return values;
    }

    private static Map<Integer, String> places() {
        Map<Integer, String> places = new TreeMap<>();
        places.put(0x01, "PUBLISH WILL");
        places.put(0x02, "PUBLISH WILL");
        places.put(0x03, "PUBLISH WILL");
        places.put(0x08, "PUBLISH WILL");
        places.put(0x09, "PUBLISH WILL");
        places.put(0x0B, "PUBLISH SUBSCRIBE");
        places.put(0x11, "CONNECT CONNACK DISCONNECT");
        places.put(0x12, "CONNACK");
        places.put(0x13, "CONNACK");
        places.put(0x15, "CONNECT CONNACK AUTH");
        places.put(0x16, "CONNECT CONNACK AUTH");
        places.put(0x17, "CONNECT");
        places.put(0x18, "WILL");
        places.put(0x19, "CONNECT");
        places.put(0x1A, "CONNACK");
        places.put(0x1C, "CONNACK DISCONNECT");
        places.put(0x1F, "CONNACK PUBACK PUBREC PUBREL PUBCOMP SUBACK UNSUBACK DISCONNECT AUTH");
        places.put(0x21, "CONNECT CONNACK");
        places.put(0x22, "CONNECT CONNACK");
        places.put(0x23, "PUBLISH");
        places.put(0x24, "CONNACK");
        places.put(0x25, "CONNACK");
        places.put(
                0x26,
                "CONNECT CONNACK PUBLISH WILL PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK"
                        + " DISCONNECT AUTH");
        places.put(0x27, "CONNECT CONNACK");
        places.put(0x28, "CONNACK");
        places.put(0x29, "CONNACK");
        places.put(0x2A, "CONNACK");
        return places;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "30 06 0001 't' 02 1700 | PUBLISH: Request Problem Information is no property of this packet",
                "30 06 0001 't' 02 0b01 | PUBLISH: Subscription Identifier from a client",
                "30 08 0001 't' 04 01000100 | PUBLISH: Payload Format Indicator is there twice"
            })
    void decode_ofAPropertyThatMayNotBeThere_saysWhy(String hex, String why) {
        PacketDecoder decoder = Wire.connected(ProtocolVersion.MQTT_5_0);
        assertThatThrownBy(() -> decoder.decode(Hex.buffer(hex), new TopicNames(1)))
                .hasMessage(why);
    }

    @Test
    void decode_ofAPropertyThatNoWillHas_saysSo() {
        PacketDecoder decoder = new PacketDecoder(Side.SERVER, ProtocolVersion.MQTT_5_0, 0);
        ByteBuf connect = Hex.buffer("10 16 0004 'MQTT' 05 06 0000 00 0001 'a' 02 1700 0001 't' 0001 'p'");
        assertThatThrownBy(() -> decoder.decode(connect, new TopicNames(1)))
                .hasMessage("CONNECT: Request Problem Information is no property of a Will Message");
    }

    /** A packet with room for properties: what comes before and after their length and bytes. */
    record Place(String name, Side receiver, String firstByte, String before, String after) {
        private String hex(String properties) {

            int length = Hex.bytes(properties).length;
            String body = before + "%02x".formatted(length) + properties + after;
            return firstByte + "%02x".formatted(Hex.bytes(body).length) + body;
        }

        private boolean isIn(int identifier) {
            return List.of(PLACES.getOrDefault(identifier, "").split(" ")).contains(name);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Place> allPlaces() {
        return List.of(
                new Place("CONNECT", Side.SERVER, "10", "0004 'MQTT' 05 02 0000", "0001 'a'"),
                new Place("WILL", Side.SERVER, "10", "0004 'MQTT' 05 06 0000 00 0001 'a'", "0001 'w' 0000"),
                new Place("CONNACK", Side.CLIENT, "20", "00 00", ""),
                new Place("PUBLISH", Side.CLIENT, "30", "0001 't'", ""),
                new Place("PUBACK", Side.SERVER, "40", "0001 00", ""),
                new Place("PUBREC", Side.SERVER, "50", "0001 00", ""),
                new Place("PUBREL", Side.SERVER, "62", "0001 00", ""),
                new Place("PUBCOMP", Side.SERVER, "70", "0001 00", ""),
                new Place("SUBSCRIBE", Side.SERVER, "82", "0001", "0001 'a' 00"),
                new Place("SUBACK", Side.CLIENT, "90", "0001", "00"),
                new Place("UNSUBSCRIBE", Side.SERVER, "a2", "0001", "0001 'a'"),
                new Place("UNSUBACK", Side.CLIENT, "b0", "0001", "00"),
                new Place("DISCONNECT", Side.SERVER, "e0", "00", ""),
                new Place("AUTH", Side.CLIENT, "f0", "18", ""));
    }

    static Stream<Arguments> propertiesInPlaces() {
        return VALUES.keySet().stream()
                .flatMap(identifier -> allPlaces().stream()
                        .map(place -> Arguments.of("0x%02X".formatted(identifier), identifier, place)));
    }

    @ParameterizedTest(name = "{0} in {2}")
    @MethodSource("propertiesInPlaces")
    void decode_ofAProperty_takesItWhereItBelongs(String name, int identifier, Place place) {
        String property = "%02x".formatted(identifier) + VALUES.get(identifier);
        String hex = place.hex(companions(identifier, place) + property);
        if (place.isIn(identifier)) {
            assertThat(accepts(place, hex)).as(name).isTrue();
        } else {
            assertThat(refusal(place, place.hex(property))).as(name).isEqualTo(ReasonCode.MALFORMED_PACKET);
        }
    }

    @ParameterizedTest(name = "{0} in {2}")
    @MethodSource("propertiesInPlaces")
    void decode_ofAPropertyTwice_isAProtocolErrorUnlessItMayRepeat(String name, int identifier, Place place) {
        boolean mayRepeat =
                identifier == 0x26 || (identifier == 0x0B && place.name().equals("PUBLISH"));
        if (place.isIn(identifier)) {
            String property = "%02x".formatted(identifier) + VALUES.get(identifier);
            String hex = place.hex(companions(identifier, place) + property + property);
            if (mayRepeat) {
                assertThat(accepts(place, hex)).as(name).isTrue();
            } else {
                assertThat(refusal(place, hex)).as(name).isEqualTo(ReasonCode.PROTOCOL_ERROR);
            }
        }
    }

    /** What must be there too: a method beside data, and in every AUTH. */
    private static String companions(int identifier, Place place) {
        boolean needsMethod = identifier == 0x16 || place.name().equals("AUTH");
        return needsMethod && identifier != 0x15 ? "15 0001 'm'" : "";
    }

    private static boolean accepts(Place place, String hex) {
        try {
            Wire.decode(place.receiver(), ProtocolVersion.MQTT_5_0, hex);
            return true;
        } catch (ProtocolException refused) {
            throw new AssertionError(hex, refused);
        }
    }

    private static ReasonCode refusal(Place place, String hex) {
        return Wire.refusal(place.receiver(), ProtocolVersion.MQTT_5_0, hex);
    }

    @Test
    void decode_ofAnUndefinedIdentifier_isMalformed() {
        for (Place place : allPlaces()) {
            for (int identifier = 0; identifier < 0x80; identifier++) {
                if (!VALUES.containsKey(identifier)) {
                    String hex = place.hex("%02x 01".formatted(identifier));
                    assertThat(refusal(place, hex)).as(hex).isEqualTo(ReasonCode.MALFORMED_PACKET);
                }
            }
        }
    }

    @Test
    void property_ofEveryIdentifier_isInTheTable() {
        List<Integer> identifiers = new ArrayList<>();
        for (int identifier = -1; identifier <= 0x100; identifier++) {
            Property<?> property = Property.of(identifier);
            if (property != null) {
                assertThat(property.identifier()).isEqualTo(identifier);
                identifiers.add(identifier);
            }
        }
        assertThat(identifiers).containsExactlyElementsOf(VALUES.keySet());
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT, 17",
        "CONNECT, 19",
        "CONNACK, 24",
        "CONNACK, 25",
        "CONNACK, 28",
        "CONNACK, 29",
        "CONNACK, 2a",
        "PUBLISH, 01",
        "WILL, 01"
    })
    void decode_ofAByteThatIsNeither0Nor1_isAProtocolError(String name, String identifier) {
        Place place = place(name);
        assertThat(refusal(place, place.hex(identifier + "02"))).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        assertThat(refusal(place, place.hex(identifier + "ff"))).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        assertThat(accepts(place, place.hex(identifier + "00"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT, 210000",
        "CONNACK, 210000",
        "CONNECT, 2700000000",
        "CONNACK, 2700000000",
        "SUBSCRIBE, 0b00",
        "PUBLISH, 0b00"
    })
    void decode_ofZeroWhereItIsNoValue_isAProtocolError(String name, String property) {
        Place place = place(name);
        assertThat(refusal(place, place.hex(property))).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT, 11000000",
        "CONNECT, 2100",
        "PUBLISH, 01",
        "PUBLISH, 0300",
        "PUBLISH, 03000261",
        "PUBLISH, 09000100ff01",
        "PUBLISH, 26000161",
        "PUBLISH, 2600016b000276",
        "PUBLISH, 0b80",
        "PUBLISH, 0b8080808001",
        "PUBLISH, 0b8100",
        "PUBLISH, 810001"
    })
    void decode_ofAValueThatDoesNotFit_isMalformed(String name, String property) {
        Place place = place(name);
        assertThat(refusal(place, place.hex(property))).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec({"MQTT-3.3.2-13", "MQTT-3.3.2-14"})
    @ParameterizedTest
    @ValueSource(strings = {"'+'", "'#'", "00", "ff"})
    void decode_ofAResponseTopicThatIsNone_isMalformed(String topic) {
        for (String name : List.of("PUBLISH", "WILL")) {
            Place place = place(name);
            assertThat(refusal(place, place.hex("08 0001" + topic))).isEqualTo(ReasonCode.MALFORMED_PACKET);
        }
    }

    @Spec("MQTT-3.3.2-19")
    @Test
    void decode_ofAContentTypeThatIsNotUtf8_isMalformed() {
        Place place = place("PUBLISH");
        assertThat(refusal(place, place.hex("03 0001 ff"))).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-1.5.7-1")
    @ParameterizedTest
    @ValueSource(strings = {"0001 ff 0001 'v'", "0001 'k' 0001 ff", "0001 00 0001 'v'", "0001 'k' 0001 00"})
    void decode_ofAUserPropertyThatIsNotUtf8_isMalformed(String pair) {
        Place place = place("PUBLISH");
        assertThat(refusal(place, place.hex("26" + pair))).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-2.2.2-1")
    @Test
    void decode_withoutAPropertyLength_isMalformed() {
        assertThat(Wire.refusal(Side.CLIENT, ProtocolVersion.MQTT_5_0, "20 02 00 00"))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
        assertThat(Wire.refusal(Side.CLIENT, ProtocolVersion.MQTT_5_0, "30 03 0001 't'"))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void decode_ofManyUserProperties_keepsTheirOrder() throws ProtocolException {
        Place place = place("PUBLISH");
        Publish publish = (Publish) Wire.decode(
                Side.CLIENT,
                ProtocolVersion.MQTT_5_0,
                place.hex("26 0001 'b' 0001 '1' 26 0001 'a' 0001 '2' 26 0001 'b' 0001 '3'"));
        assertThat(publish.properties().all(Property.USER_PROPERTY))
                .containsExactly(new UserProperty("b", "1"), new UserProperty("a", "2"), new UserProperty("b", "3"));
    }

    private static Place place(String name) {
        return allPlaces().stream()
                .filter(place -> place.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
