package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connackPresent;
import static io.pipit.simulation.Packets.pingreq;
import static io.pipit.simulation.Packets.pingresp;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.SettingsDraft.settings;
import static io.pipit.simulation.ThreeOneOne.clean;
import static io.pipit.simulation.ThreeOneOne.stored;

import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 3.1 and 3.2 of MQTT 3.1.1: who is accepted, and how the others are told. */
final class ConnectInThreeOneOneTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec("3.1.1:MQTT-3.1.4-4")
    void connect_isAcceptedWithReturnCode0() {
        broker.tries(clean("alice")).receives(connack());
        broker.tries(stored("bob").user("bob", "secret").keepAlive(60)).receives(connack());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10 0d 0004 'MQTX' 04 02 0000 0001 'a'", "10 0d 0004 'mqtt' 04 02 0000 0001 'a'"})
    @Spec("3.1.1:MQTT-3.1.2-1")
    void unknownProtocolName_isClosedWithoutAWord(String hex) {
        opens().sendsHex(hex).isClosed();
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "03", "06", "7f"})
    @Spec({"3.1.1:MQTT-3.1.2-2", "3.1.1:MQTT-3.2.2-5"})
    void unknownProtocolLevel_isToldAndClosed(String level) {
        opens().sendsHex("10 0d 0004 'MQTT' " + level + " 02 0000 0001 'a'")
                .isClosedAfter(connack(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION));
    }

    @ParameterizedTest
    @ValueSource(strings = {"01", "03"})
    @Spec({"3.1.1:MQTT-3.1.2-3", "3.1.1:MQTT-3.1.4-1"})
    void reservedConnectFlag_isClosedWithoutAWord(String flags) {
        opens().sendsHex("10 0d 0004 'MQTT' 04 " + flags + " 0000 0001 'a'").isClosed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10 0a 0004 'MQTT' 04 02 0000", // no Client Identifier
                "10 0d 0004 'MQTT' 04 02 0000 0002 'a'", // it ends too early
                "10 0d 0004 'MQTT' 04 02 0000 0001 ff", // it is not UTF-8
                "10 0e 0004 'MQTT' 04 02 0000 0001 'a' 00", // a byte too many
                "10 0d 0004 'MQTT' 04 0a 0000 0001 'a'", // Will QoS without Will Flag
                "10 0d 0004 'MQTT' 04 22 0000 0001 'a'", // Will Retain without Will Flag
                "10 12 0004 'MQTT' 04 1e 0000 0001 'a' 0001 'w' 0000", // Will QoS 3
                "10 0d 0004 'MQTT' 04 82 0000 0001 'a'", // User Name Flag without user name
                "10 10 0004 'MQTT' 04 c2 0000 0001 'a' 0001 'u'", // Password Flag without password
                "10 10 0004 'MQTT' 04 42 0000 0001 'a' 0001 'p'" // password without user name
            })
    @Spec("3.1.1:MQTT-3.1.4-1")
    void connectOfTheWrongForm_isClosedWithoutAWord(String hex) {
        opens().sendsHex(hex).isClosed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10 0d 0004 'MQTT' 04 06 0000 0001 'a'",
                "10 10 0004 'MQTT' 04 06 0000 0001 'a' 0001 'w'",
                "10 0f 0004 'MQTT' 04 06 0000 0001 'a' 0000"
            })
    @Spec("3.1.1:MQTT-3.1.2-9")
    void willFlagWithoutTopicOrMessage_isClosedWithoutAWord(String hex) {
        opens().sendsHex(hex).isClosed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "Z",
                "0",
                "abcdefghijklmnopqrstuvw",
                "xyzABCDEFGHIJKLMNOPQRST",
                "UVWXYZ0123456789",
                "00000000000000000000000"
            })
    @Spec("3.1.1:MQTT-3.1.3-5")
    void clientIdentifierOfLettersAndDigits_isAccepted(String identifier) {
        broker.tries(clean(identifier)).receives(connack());
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.3-6")
    void emptyClientIdentifiers_areSessionsOfTheirOwn() {
        var first = broker.connect(clean("")).subscribes("first");
        var second = broker.connect(clean("")).subscribes("second");
        broker.connect(clean("bob")).publishes(publish("first", "1")).publishes(publish("second", "2"));
        first.receives(publish("first", "1"));
        second.receives(publish("second", "2"));
        first.receivesNothing();
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.3-2")
    void clientIdentifier_decidesWhichSessionItIs() {
        broker.connect(stored("alice")).subscribes("t", 1).disconnects();
        for (String other : new String[] {"Alice", "alice ", "alic", "bob"}) {
            broker.tries(stored(other)).receives(connack());
        }
        var alice = broker.tries(stored("alice"));
        alice.receives(connackPresent());
        broker.connect(clean("publisher")).publishes(publish("t", "hi"));
        alice.receives(publish("t", "hi"));
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.3-9", "3.1.1:MQTT-3.2.2-5"})
    void rejectedClientIdentifier_isToldAndClosed() {
        broker.access().refuse(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        broker.tries(clean("alice")).isClosedAfter(connack(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID));
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER_UNAVAILABLE", "BAD_USER_NAME_OR_PASSWORD", "NOT_AUTHORIZED"})
    @Spec("3.1.1:MQTT-3.2.2-5")
    void refusal_isToldAndClosed(ReasonCode reason) {
        broker.access().refuse(reason);
        broker.tries(clean("alice")).isClosedAfter(connack(reason));
        broker.tries(stored("alice")).isClosedAfter(connack(reason));
    }

    @Test
    @Spec("3.1.1:MQTT-3.2.2-6")
    void refusalThatNoReturnCodeSays_isClosedWithoutAWord() {
        broker.configured(settings().maximumQos(1).withoutRetain().maximumTopicLevels(2));
        broker.tries(clean("alice").will(publish("w", "gone").qos2())).isClosed();
        broker.tries(clean("alice").will(publish("w", "gone").retained())).isClosed();
        broker.tries(clean("alice").will(publish("w/x/y", "gone"))).isClosed();
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.4-5")
    void packetsBehindARefusedConnect_areNotProcessed() {
        var bob = broker.connect(clean("bob")).subscribes("t");
        broker.access().hold();
        var alice = broker.opens("alice");
        alice.sendsTogether(clean("alice").packet(), publish("t", "hi").packet(), pingreq());
        broker.access().refuseOne(ReasonCode.NOT_AUTHORIZED);
        broker.runUntilIdle();
        alice.isClosedAfter(connack(ReasonCode.NOT_AUTHORIZED));
        bob.receivesNothing();
    }

    @Test
    @Spec("3.1.1:MQTT-3.2.0-1")
    void connack_isFirstBeforeAnswers() {
        broker.access().hold();
        var alice = broker.opens("alice");
        alice.sendsTogether(clean("alice").packet(), pingreq());
        alice.receivesNothing();
        broker.access().acceptOne();
        broker.runUntilIdle();
        alice.receives(connack());
        alice.receives(pingresp());
    }

    @Test
    @Spec("3.1.1:MQTT-3.2.0-1")
    void connack_isFirstBeforeMessages() {
        broker.connect(stored("alice")).subscribes("t").disconnects();
        var bob = broker.connect(clean("bob"));
        bob.publishes(publish("t", "waiting").qos1());
        broker.storage().holdCommits();
        var alice = broker.tries(stored("alice"));
        bob.sends(publish("t", "passing").qos1(1));
        alice.receivesNothing();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        alice.receives(connackPresent());
        alice.receives(publish("t", "waiting").qos1());
        alice.receives(publish("t", "passing").qos1());
        bob.receives(puback(1));
    }

    @Test
    @Spec({"3.1.1:MQTT-3.2.2-3", "3.1.1:MQTT-3.1.2-4"})
    void cleanSession0_withoutASession_makesOneThatStays() {
        var alice = broker.tries(stored("alice"));
        alice.receives(connack());
        alice.vanishes();
        broker.tries(stored("alice")).receives(connackPresent());
    }

    @Test
    @Spec({"3.1.1:MQTT-3.2.2-3", "3.1.1:MQTT-3.1.2-6"})
    void sessionPresent_afterACleanSession_is0() {
        broker.connect(clean("alice")).subscribes("t").vanishes();
        broker.tries(stored("alice")).receives(connack());
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.4-3")
    void cleanSession_isCarriedOut() {
        broker.connect(stored("alice")).subscribes("t").vanishes();
        var bob = broker.connect(clean("bob"));
        bob.publishes(publish("t", "waiting").qos1());
        var alice = broker.connect(clean("alice"));
        bob.publishes(publish("t", "passing"));
        alice.receivesNothing();
        alice.vanishes();
        broker.tries(stored("alice")).receives(connack());
    }

    @Test
    @Spec("3.1.1:MQTT-3.12.4-1")
    void pingreq_isAnswered() {
        var alice = broker.connect(clean("alice"));
        alice.sends(pingreq()).receives(pingresp());
        alice.sendsTogether(pingreq(), pingreq());
        alice.receives(pingresp());
        alice.receives(pingresp());
    }

    private SimulatedClient opens() {
        return broker.opens("alice").speaks(ProtocolVersion.MQTT_3_1_1);
    }
}
