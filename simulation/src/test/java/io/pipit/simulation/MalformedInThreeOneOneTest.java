package io.pipit.simulation;

import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.ThreeOneOne.clean;

import io.pipit.mqtt.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is no packet of MQTT 3.1.1, or none that a client may send: it closes the connection without a word and does
 * nothing else. Each of these packets is right but for what its test is about.
 */
final class MalformedInThreeOneOneTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "30 04 0002 c080", // U+0000 in two bytes
                "30 05 0003 eda080", // U+D800
                "30 05 0003 edbfbf", // U+DFFF
                "30 06 0004 f4908080", // above U+10FFFF
                "30 03 0001 ff",
                "30 04 0002 'a' c3"
            })
    @Spec({"3.1.1:MQTT-1.5.3-1", "3.1.1:MQTT-3.3.2-1"})
    void topicNameThatIsNotUtf8_closes(String hex) {
        closes(hex);
    }

    @ParameterizedTest
    @ValueSource(strings = {"82 06 0001 0001 ff 00", "82 08 0001 0003 eda080 00", "a2 05 0001 0001 ff"})
    @Spec("3.1.1:MQTT-1.5.3-1")
    void topicFilterThatIsNotUtf8_closes(String hex) {
        closes(hex);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"30 03 0001 00", "30 05 0003 'a' 00 'b'", "82 07 0001 0002 'a' 00 00", "a2 06 0001 0002 00 'a'"})
    @Spec({"3.1.1:MQTT-1.5.3-2", "3.1.1:MQTT-4.7.3-2"})
    void nullCharacter_closes(String hex) {
        closes(hex);
    }

    @Test
    @Spec("3.1.1:MQTT-1.5.3-3")
    void byteOrderMark_stays() {
        String marked = "\uFEFFt\uFEFF";
        var bob = broker.connect(clean("bob")).subscribes(marked);
        var carol = broker.connect(clean("carol")).subscribes("t");
        var alice = broker.connect(clean("alice"));
        alice.sendsHex("30 09 0007 efbbbf 't' efbbbf");
        bob.receives(publish(marked, ""));
        alice.publishes(publish("t", "plain"));
        carol.receives(publish("t", "plain"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "41 02 0001",
                "52 02 0001",
                "7f 02 0001",
                "c1 00",
                "c8 00",
                "60 02 0001",
                "80 06 0001 0001 'a' 00",
                "a3 05 0001 0001 'a'"
            })
    @Spec({"3.1.1:MQTT-2.2.2-2", "3.1.1:MQTT-4.8.0-1"})
    void flagsThatAreReserved_close(String hex) {
        closes(hex);
    }

    @ParameterizedTest
    @ValueSource(strings = {"60", "61", "63", "64", "66", "6a", "6f"})
    @Spec("3.1.1:MQTT-3.6.1-1")
    void pubrelWithOtherFlags_closes(String first) {
        closes(first + " 02 0001");
    }

    @ParameterizedTest
    @ValueSource(strings = {"80", "81", "83", "84", "86", "8a", "8f"})
    @Spec("3.1.1:MQTT-3.8.1-1")
    void subscribeWithOtherFlags_closes(String first) {
        closes(first + " 06 0001 0001 'a' 00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"03", "04", "08", "10", "20", "40", "80", "81"})
    @Spec("3.1.1:MQTT-3.8.3-4")
    void subscribeWithReservedBitsOrQos3_closes(String qos) {
        closes("82 06 0001 0001 'a'" + qos);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a0", "a1", "a3", "a4", "a6", "aa", "af"})
    @Spec("3.1.1:MQTT-3.10.1-1")
    void unsubscribeWithOtherFlags_closes(String first) {
        closes(first + " 05 0001 0001 'a'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"e1 00", "e2 00", "e4 00", "e8 00"})
    @Spec("3.1.1:MQTT-3.14.1-1")
    void disconnectWithFlags_closesAsIfTheNetworkHadFailed(String hex) {
        var bob = broker.connect(clean("bob")).subscribes("will");
        var alice = broker.connect(clean("alice").will(publish("will", "gone")));
        alice.sendsHex(hex).isClosed();
        bob.receives(publish("will", "gone"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"36 05 0001 't' 0001", "37 05 0001 't' 0001", "3e 05 0001 't' 0001", "3f 05 0001 't' 0001"})
    @Spec("3.1.1:MQTT-3.3.1-4")
    void publishWithBothQosBits_closes(String hex) {
        closes(hex);
    }

    @ParameterizedTest
    @ValueSource(strings = {"38 03 0001 't'", "39 03 0001 't'"})
    @Spec("3.1.1:MQTT-3.3.1-2")
    void publishAtQos0WithDup_closes(String hex) {
        closes(hex);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"32 05 0001 't' 0000", "34 05 0001 't' 0000", "82 06 0000 0001 'a' 00", "a2 05 0000 0001 'a'"})
    @Spec("3.1.1:MQTT-2.3.1-1")
    void packetIdentifier0_closes(String hex) {
        closes(hex);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"30 03 0001 '+'", "30 03 0001 '#'", "30 05 0003 'a/+'", "30 05 0003 'a/#'", "30 04 0002 'a#'"})
    @Spec({"3.1.1:MQTT-3.3.2-2", "3.1.1:MQTT-4.7.1-1"})
    void topicNameWithAWildcard_closes(String hex) {
        closes(hex);
    }

    @ParameterizedTest
    @ValueSource(strings = {"'a#'", "'#/a'", "'a/#/b'", "'##'", "'#/#'", "'a/b#'", "'+#'"})
    @Spec("3.1.1:MQTT-4.7.1-2")
    void hashElsewhereThanAloneInTheLastLevel_closes(String filter) {
        closes(subscribe(filter));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'a+'", "'+a'", "'a/+b/c'", "'a/b+'", "'++'", "'a+b'"})
    @Spec("3.1.1:MQTT-4.7.1-3")
    void plusBesideOtherCharacters_closes(String filter) {
        closes(subscribe(filter));
    }

    @ParameterizedTest
    @ValueSource(strings = {"30 02 0000", "32 04 0000 0001", "82 05 0001 0000 00", "a2 04 0001 0000"})
    @Spec("3.1.1:MQTT-4.7.3-1")
    void topicWithoutACharacter_closes(String hex) {
        closes(hex);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00 00", // a reserved type
                "f0 00", // AUTH, which only 5.0 has
                "20 02 00 00", // CONNACK
                "90 03 0001 00", // SUBACK
                "b0 02 0001", // UNSUBACK
                "d0 00", // PINGRESP
                "82 02 0001", // SUBSCRIBE without a filter
                "a2 02 0001", // UNSUBSCRIBE without a filter
                "c0 01 00", // PINGREQ with a body
                "e0 01 00", // DISCONNECT with a body
                "40 03 0001 00", // PUBACK of 5.0
                "30 ff ff ff ff 7f" // a Remaining Length of five bytes
            })
    @Spec("3.1.1:MQTT-4.8.0-1")
    void protocolViolation_closes(String hex) {
        closes(hex);
    }

    private void closes(String hex) {
        var bob = broker.connect(clean("bob")).subscribes("#");
        var alice = broker.connect(clean("alice"));
        alice.sendsHex(hex).isClosed();
        bob.receivesNothing();
    }

    private static String subscribe(String filter) {
        int length = filter.length() - 2;
        return "82 %02x 0001 %04x %s 00".formatted(5 + length, length, filter);
    }
}
