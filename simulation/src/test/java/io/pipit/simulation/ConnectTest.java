package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connackPresent;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.pingreq;
import static io.pipit.simulation.Packets.pingresp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.broker.spi.Authenticator;
import io.pipit.mqtt.Auth;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 3.1 and 3.2: who is accepted, and how the others are told. */
final class ConnectTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec("MQTT-3.1.4-5")
    void connect_inAnyVersion_isAccepted(ProtocolVersion version) {
        broker.tries(connect("alice").version(version)).receives(connack());
    }

    @Test
    @Spec({"MQTT-3.1.0-1", "MQTT-3.14.0-1"})
    void otherPacketBeforeConnect_isClosedWithoutAWord() {
        var alice = broker.opens("alice");
        alice.sendsBytes(0xC0, 0);
        alice.isClosed();
    }

    @Test
    @Spec({"MQTT-3.1.0-2", "MQTT-3.2.0-2", "MQTT-4.13.1-1"})
    void secondConnect_isAProtocolError() {
        var alice = broker.connect(connect("alice"));
        alice.sends(connect("alice"));
        alice.isClosedAfter(disconnect(ReasonCode.PROTOCOL_ERROR));
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.0-2")
    void secondConnect_in311_isClosed() {
        var alice = broker.connect(connect("alice").v311());
        alice.sends(connect("alice").v311());
        alice.isClosed();
    }

    @Test
    @Spec("MQTT-3.1.2-2")
    void unknownProtocolVersion_isClosed() {
        var alice = broker.opens("alice").speaks(ProtocolVersion.MQTT_3_1_1);
        alice.sendsBytes(0x10, 0x0E, 0, 4, 'M', 'Q', 'T', 'T', 6, 2, 0, 0, 0, 0, 1, 'a');
        alice.hearsAll();
        alice.isClosed();
    }

    @Test
    @Spec("MQTT-3.1.2-1")
    void unknownProtocolName_isClosed() {
        var alice = broker.opens("alice").speaks(ProtocolVersion.MQTT_3_1_1);
        alice.sendsBytes(0x10, 0x0E, 0, 4, 'M', 'Q', 'T', 'X', 5, 2, 0, 0, 0, 0, 1, 'a');
        alice.hearsAll();
        alice.isClosed();
    }

    @Test
    void silence_isClosedAfterTheConnectTimeout() {
        var alice = broker.opens("alice");
        broker.advance(Duration.ofMillis(9_900));
        alice.isOpen();
        broker.advance(Duration.ofSeconds(2));
        alice.isClosed();
    }

    @Test
    void silence_whereThereIsNoConnectTimeout_isNotClosed() {
        broker.configured(settings().connectTimeout(Duration.ZERO));
        var alice = broker.opens("alice");
        broker.advance(Duration.ofMinutes(10));
        alice.sends(connect("alice")).receives(connack());
    }

    @Test
    void halfAConnect_isClosedAfterTheConnectTimeout() {
        var alice = broker.opens("alice");
        broker.advance(Duration.ofSeconds(9));
        alice.sendsBytes(0x10, 0x0E, 0, 4, 'M', 'Q');
        broker.advance(Duration.ofSeconds(3));
        alice.isClosed();
    }

    @Test
    void connectInTime_isNotClosedByTheConnectTimeout() {
        var alice = broker.connect(connect("alice"));
        broker.advance(Duration.ofSeconds(60));
        alice.receivesNothing();
    }

    @Test
    @Spec({"MQTT-3.1.3-6", "MQTT-3.1.3-7", "MQTT-3.2.2-16"})
    void emptyClientIdentifier_isAssignedAUniqueOne() {
        String first = assigned(connect(""));
        String second = assigned(connect(""));
        assertThat(first).isNotEmpty().isNotEqualTo(second);
        assertThat(second).isNotEmpty();
    }

    @Test
    @Spec("MQTT-3.1.3-7")
    void assignedClientIdentifier_findsItsSessionAgain() {
        var alice = broker.connect(connect("").expiry(60));
        String identifier = alice.connack().properties().get(Property.ASSIGNED_CLIENT_IDENTIFIER, "");
        alice.vanishes();
        broker.tries(connect(identifier).resuming().expiry(60)).receives(connackPresent());
    }

    /** All 62 characters, in identifiers of 1, 23 and 16 bytes. */
    @ParameterizedTest
    @ValueSource(strings = {"0", "Z", "0123456789abcdefghijklm", "nopqrstuvwxyzABCDEFGHIJ", "KLMNOPQRSTUVWXYZ"})
    @Spec("MQTT-3.1.3-5")
    void lettersAndDigits_areClientIdentifiers(String identifier) {
        broker.tries(connect(identifier)).receives(connack());
    }

    @Test
    @Spec("MQTT-3.1.3-2")
    void clientIdentifier_findsItsOwnSession() {
        broker.connect(connect("alice").expiry(60)).subscribes("a").vanishes();
        broker.connect(connect("Alice").expiry(60)).subscribes("b").vanishes();
        var bob = broker.connect(connect("bob"));
        bob.publishes(publish("a", "for alice").qos1())
                .publishes(publish("b", "for Alice").qos1());
        broker.tries(connect("ALICE").resuming().expiry(60)).receives(connack());
        var upper = broker.tries(connect("Alice").resuming().expiry(60));
        upper.receives(connackPresent());
        upper.acknowledges(upper.receives(publish("b", "for Alice").qos1()));
        var lower = broker.tries(connect("alice").resuming().expiry(60));
        lower.receives(connackPresent());
        lower.acknowledges(lower.receives(publish("a", "for alice").qos1()));
    }

    @Test
    @Spec("MQTT-3.1.3-8")
    void clientIdentifierThatIsRefused_isToldAndClosed() {
        broker.access().refuse(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        broker.tries(connect("alice")).isClosedAfter(connack(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID));
    }

    @Test
    void givenClientIdentifier_isNotAssigned() {
        var alice = broker.connect(connect("alice"));
        assertThat(alice.connack().properties().has(Property.ASSIGNED_CLIENT_IDENTIFIER))
                .isFalse();
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.3-6")
    void emptyClientIdentifier_in311WithCleanSession_isAccepted() {
        broker.tries(connect("").v311()).receives(connack());
        broker.tries(connect("").v311()).receives(connack());
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.3-8", "3.1.1:MQTT-3.2.2-4"})
    void emptyClientIdentifier_in311WithoutCleanSession_isRefused() {
        broker.tries(connect("").v311().resuming()).isClosedAfter(connack(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID));
    }

    @Test
    @Spec({"MQTT-3.1.4-2", "MQTT-3.2.2-7", "MQTT-3.2.2-6"})
    void refusedByAuthentication_isToldAndClosed() {
        broker.access().refuse(ReasonCode.NOT_AUTHORIZED);
        var alice = broker.tries(connect("alice"));
        var refusal = alice.receives(connack(ReasonCode.NOT_AUTHORIZED));
        assertThat(refusal.properties().has(Property.REASON_STRING)).isTrue();
        alice.isClosed();
        broker.tries(connect("bob").v311()).isClosedAfter(connack(ReasonCode.NOT_AUTHORIZED));
        broker.access().refuse(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        broker.tries(connect("carol").v31()).isClosedAfter(connack(ReasonCode.BAD_USER_NAME_OR_PASSWORD));
    }

    @ParameterizedTest
    @EnumSource(ReasonCode.class)
    @Spec({"MQTT-3.2.2-7", "MQTT-3.2.2-8"})
    void refusal_isOneOfTheReasonsOfConnack(ReasonCode reason) {
        if (reason.isError() && reason.isFor(PacketType.CONNACK)) {
            broker.access().refuse(reason);
            broker.tries(connect("alice")).isClosedAfter(connack(reason));
        } else {
            assertThatThrownBy(() -> new Authenticator.Decision.Refused(reason, "why"))
                    .hasMessageContaining("CONNACK cannot refuse with");
        }
    }

    @Test
    @Spec("MQTT-3.1.4-6")
    void packetsBehindARefusedConnect_areNotProcessed() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        broker.access().refuse(ReasonCode.NOT_AUTHORIZED);
        var alice = broker.opens("alice");
        alice.sendsTogether(connect("alice").packet(), publish("t", "hi").packet());
        alice.isClosedAfter(connack(ReasonCode.NOT_AUTHORIZED));
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.2.0-1")
    void packetsBehindAConnect_waitForItsDecision() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        broker.access().hold();
        var alice = broker.opens("alice");
        alice.sendsTogether(
                connect("alice").packet(), pingreq(), publish("t", "hi").packet());
        alice.receivesNothing();
        bob.receivesNothing();

        broker.access().acceptOne();
        broker.runUntilIdle();
        alice.receives(connack());
        alice.receives(pingresp());
        bob.receives(publish("t", "hi"));
    }

    @Test
    void clientThatIsGoneBeforeTheDecision_leavesNothingBehind() {
        broker.access().hold();
        var alice = broker.tries(connect("alice").expiry(60));
        alice.vanishes();
        broker.access().acceptOne();
        broker.runUntilIdle();
        broker.access().accept();
        broker.connect(connect("alice").resuming().expiry(60));
    }

    @Test
    void pendingDecision_outlivesTheConnectTimeout() {
        broker.access().hold();
        var alice = broker.tries(connect("alice"));
        broker.advance(Duration.ofSeconds(20));
        alice.isOpen();
        broker.access().acceptOne();
        broker.runUntilIdle();
        alice.receives(connack());
    }

    @Test
    @Spec({"MQTT-4.12.0-1", "MQTT-4.12.0-4"})
    void authenticationMethod_isRefused() {
        broker.tries(connect("alice").with(Property.AUTHENTICATION_METHOD, "SCRAM-SHA-256"))
                .isClosedAfter(connack(ReasonCode.BAD_AUTHENTICATION_METHOD));
    }

    @Test
    @Spec({"MQTT-4.12.0-6", "MQTT-4.12.1-2"})
    void auth_withoutAuthenticationMethod_isAProtocolError() {
        var alice = broker.connect(connect("alice"));
        assertThat(alice.connack().properties().has(Property.AUTHENTICATION_METHOD))
                .isFalse();
        alice.sends(new Auth(ReasonCode.RE_AUTHENTICATE, Properties.of(Property.AUTHENTICATION_METHOD, "x")));
        alice.isClosedAfter(disconnect(ReasonCode.PROTOCOL_ERROR));
    }

    @Test
    @Spec({"MQTT-3.2.2-3", "MQTT-3.1.2-5"})
    void cleanStart0_withASession_resumesIt() {
        broker.connect(connect("alice").expiry(60)).subscribes("t").vanishes();
        var alice = broker.tries(connect("alice").resuming().expiry(60));
        alice.receives(connackPresent());
        broker.connect(connect("bob")).publishes(publish("t", "hi"));
        alice.receives(publish("t", "hi"));
    }

    @Test
    @Spec({"MQTT-3.2.2-3", "MQTT-3.1.2-6"})
    void cleanStart0_withoutASession_makesOne() {
        broker.tries(connect("alice").resuming().expiry(60)).receives(connack());
    }

    @Test
    @Spec({"MQTT-3.2.2-2", "MQTT-3.1.2-4", "MQTT-3.1.4-4"})
    void cleanStart_discardsTheSession() {
        broker.connect(connect("alice").expiry(60)).subscribes("t").vanishes();
        var alice = broker.tries(connect("alice").expiry(60));
        alice.receives(connack());
        broker.connect(connect("bob")).publishes(publish("t", "hi"));
        alice.receivesNothing();
        alice.vanishes();
        broker.tries(connect("alice").resuming().expiry(60)).receives(connackPresent());
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.2-4", "3.1.1:MQTT-3.2.2-2"})
    void cleanSession0_in311_resumes() {
        broker.connect(connect("alice").v311().resuming()).subscribes("t").disconnects();
        broker.tries(connect("alice").v311().resuming()).receives(connackPresent());
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.2-6", "3.1.1:MQTT-3.2.2-1"})
    void cleanSession_in311_discards() {
        broker.connect(connect("alice").v311().resuming()).subscribes("t").disconnects();
        var clean = broker.tries(connect("alice").v311());
        clean.receives(connack());
        clean.disconnects();
        broker.tries(connect("alice").v311().resuming()).receives(connack());
    }

    @Test
    void session_isResumedAcrossVersions() {
        broker.connect(connect("alice").v311().resuming()).subscribes("t", 1).disconnects();
        var alice = broker.tries(connect("alice").resuming().expiry(60));
        alice.receives(connackPresent());
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos1(1));
        alice.acknowledges(alice.receives(publish("t", "hi").qos1()));
    }

    @Test
    void storedSession_belongsToItsUserName() {
        var alice = broker.connect(connect("alice").user("alice", "x").expiry(60));
        broker.tries(connect("alice").user("mallory", "x").resuming().expiry(60))
                .isClosedAfter(connack(ReasonCode.NOT_AUTHORIZED));
        alice.isOpen();
        alice.vanishes();
        broker.tries(connect("alice").user("mallory", "x").expiry(60))
                .isClosedAfter(connack(ReasonCode.NOT_AUTHORIZED));
        broker.tries(connect("alice").user("alice", "x").resuming().expiry(60)).receives(connackPresent());
    }

    @Test
    void responseInformation_whenAskedFor_isGiven() {
        broker.tries(connect("alice").with(Property.REQUEST_RESPONSE_INFORMATION, 1))
                .receives(connack(Property.RESPONSE_INFORMATION, "_response/alice"));
    }

    @Test
    @Spec("MQTT-3.1.2-28")
    void responseInformation_whenNotAskedFor_isNotGiven() {
        var alice = broker.connect(connect("alice").with(Property.REQUEST_RESPONSE_INFORMATION, 0));
        var bob = broker.connect(connect("bob"));
        assertThat(alice.connack().properties().has(Property.RESPONSE_INFORMATION))
                .isFalse();
        assertThat(bob.connack().properties().has(Property.RESPONSE_INFORMATION))
                .isFalse();
    }

    @Test
    void responseInformation_whereThereIsNone_isNotGiven() {
        broker.configured(settings().responseInformation(""));
        var alice = broker.connect(connect("alice").with(Property.REQUEST_RESPONSE_INFORMATION, 1));
        assertThat(alice.connack().properties().has(Property.RESPONSE_INFORMATION))
                .isFalse();
    }

    @Test
    void largerThan64KiB_beforeItIsAccepted_isClosed() {
        var alice = broker.opens("alice");
        alice.sends(connect("alice").user("alice", "x".repeat(65_000)).will(publish("t", "y".repeat(10_000))));
        alice.hearsAll();
        alice.isClosed();
    }

    @Test
    void moreConnectionsThanAllowed_areRefusedUntilOneEnds() {
        broker.configured(settings().connections(2));
        var alice = broker.connect(connect("alice"));
        broker.connect(connect("bob"));
        var carol = broker.tries(connect("carol"));
        assertThat(carol.receivesConnack().reasonCode().isError()).isTrue();
        carol.isClosed();

        alice.disconnects();
        broker.connect(connect("carol"));
    }

    @Test
    void connectionThatIsLostOnItsWayToItsLoop_isForgotten() {
        for (int turns = 0; turns < 8; turns++) {
            for (String name : List.of("alice", "bob", "carol")) { // on more loops than one
                broker.configured(settings());
                var client = broker.opens(name).sendsWithoutTurn(connect(name).packet());
                for (int i = 0; i < turns; i++) {
                    broker.turn();
                }
                client.network().peerCloses();
                client.mayLeaveUnheard();
                broker.runUntilIdle();
                assertThat(broker.census().holdings().connections()).isZero();
                assertThat(broker.census().holdings().pending()).isZero();
            }
        }
    }

    @Test
    void disconnect_closesWithoutAWord() {
        var alice = broker.connect(connect("alice"));
        alice.sendsTogether(disconnect(), pingreq());
        alice.isClosed();
    }

    private String assigned(ConnectDraft draft) {
        return broker.connect(draft).connack().properties().get(Property.ASSIGNED_CLIENT_IDENTIFIER, "");
    }
}
