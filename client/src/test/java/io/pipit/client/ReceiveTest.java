package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.UnsubAck;
import io.pipit.mqtt.UserProperty;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ReceiveTest {
    private static final String ACCEPTED = "20 03 00 00 00";

    private final MessageStream stream = new MessageStream(100);
    private final List<MqttClient> clients = new ArrayList<>();
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void stop() throws IOException {
        clients.forEach(MqttClient::close);
        server.close();
    }

    @Test
    void subscribe_withEverything_sendsItAndReturnsTheAnswer() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.accept(ACCEPTED)
                .expect("82 14 0001 09 26 0001 6b 0001 76 0b 05 0001 61 2d 0001 62 00")
                .send("90 05 0001 00 01 87"));
        try (MqttClient client = connected(server.options())) {
            SubAck answer = client.subscribe(
                    List.of(
                            new SubscriptionRequest(
                                    TopicFilter.of("a"),
                                    new SubscriptionOptions(QoS.AT_LEAST_ONCE, true, true, RetainHandling.DO_NOT_SEND)),
                            new SubscriptionRequest(TopicFilter.of("b"), new SubscriptionOptions(QoS.AT_MOST_ONCE))),
                    Properties.builder()
                            .add(Property.USER_PROPERTY, new UserProperty("k", "v"))
                            .add(Property.SUBSCRIPTION_IDENTIFIER, 5)
                            .build(),
                    stream);

            assertThat(answer.reasonCodes()).containsExactly(ReasonCode.GRANTED_QOS_1, ReasonCode.NOT_AUTHORIZED);
        }
        play.await();
    }

    @Test
    void unsubscribe_returnsTheAnswer() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.accept(ACCEPTED)
                .expect("a2 09 0001 00 0001 61 0001 62")
                .send("b0 05 0001 00 00 11"));
        try (MqttClient client = connected(server.options())) {
            UnsubAck answer = client.unsubscribe(List.of(TopicFilter.of("a"), TopicFilter.of("b")), Properties.NONE);

            assertThat(answer.reasonCodes()).containsExactly(ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED);
        }
        play.await();
    }

    @Test
    @Spec({"MQTT-4.3.2-4", "MQTT-4.3.3-8", "MQTT-4.3.3-11"})
    void receive_atEachQoS_acknowledges() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.accept(ACCEPTED)
                .send("31 05 0001 74 00 61")
                .send("32 07 0001 74 0007 00 62")
                .expect("40 02 0007")
                .send("34 07 0001 74 0007 00 63")
                .expect("50 02 0007")
                .send("62 02 0007")
                .expect("70 02 0007"));
        connected(server.options().messageListener(stream));
        ReceivedMessage a = stream.take();
        ReceivedMessage b = stream.take();
        ReceivedMessage c = stream.take();

        assertThat(a.isRetained()).isTrue();
        assertThat(List.of(a.qos(), b.qos(), c.qos())).containsExactly(QoS.values());
        assertThat(c.payload().toText()).isEqualTo("c");
        assertThat(c.packetIdentifier()).isEqualTo(7);
        play.await();
    }

    @Test
    @Spec("MQTT-4.3.3-10")
    void receive_ofQoS2Again_deliversOnce() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.accept(ACCEPTED)
                .send("34 07 0001 74 0007 00 61")
                .expect("50 02 0007")
                .send("3c 07 0001 74 0007 00 61")
                .expect("50 02 0007")
                .send("62 02 0007")
                .expect("70 02 0007")
                .send("34 07 0001 74 0007 00 62")
                .expect("50 02 0007")
                .send("62 02 0008")
                .expect("70 03 0008 92"));
        connected(server.options().messageListener(stream));
        play.await();
        assertThat(stream.take().payload().toText()).isEqualTo("a");
        assertThat(stream.take().payload().toText()).isEqualTo("b");
    }

    @Test
    @Spec({"MQTT-4.6.0-2", "MQTT-4.6.0-3"})
    void acknowledge_outOfOrder_sendsInOrder() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.accept(ACCEPTED)
                .send("32 07 0001 74 0001 00 61 34 07 0001 74 0002 00 62 32 07 0001 74 0003 00 63")
                .expect("40 02 0001 50 02 0002 40 02 0003"));
        connected(server.options().acknowledgement(Acknowledgement.MANUAL).messageListener(stream));
        ReceivedMessage a = stream.take();
        ReceivedMessage b = stream.take();
        ReceivedMessage c = stream.take();

        c.acknowledge();
        b.acknowledge();
        b.acknowledge();
        a.acknowledge();

        play.await();
    }

    @Test
    void receive_ofUnreleasedQoS2OnTheNextConnection_doesNotDeliverAgain() throws Exception {
        ScriptedServer.Play first = server.play(dialogue -> {
            dialogue.accept(ACCEPTED).send("34 07 0001 74 0007 00 61").expect("50 02 0007");
            dialogue.drop();
        });
        ScriptedServer.Play second = server.play(dialogue -> dialogue.accept("20 03 01 00 00")
                .send("3c 07 0001 74 0007 00 61")
                .expect("50 02 0007")
                .send("62 02 0007")
                .expect("70 02 0007")
                .send("30 05 0001 74 00 62"));
        ClientOptions.Builder options = server.options()
                .properties(Properties.of(Property.SESSION_EXPIRY_INTERVAL, 60L))
                .messageListener(stream);
        try (MqttClient client = connected(options)) {
            first.await();
            assertThat(stream.take().payload().toText()).isEqualTo("a");
            assertThat(catchThrowableOfType(MqttException.class, stream::take).failure())
                    .isEqualTo(Failure.CONNECTION_LOST);

            client.connect();

            assertThat(stream.take().payload().toText()).isEqualTo("b");
        }
        second.await();
    }

    @Test
    void receive_withAlias_findsTheTopic() throws Exception {
        server.play(dialogue -> dialogue.accept(ACCEPTED).send("30 08 0001 74 03 23 0002 61 30 07 0000 03 23 0002 62"));
        ClientOptions.Builder options = server.options()
                .properties(Properties.of(Property.TOPIC_ALIAS_MAXIMUM, 2))
                .messageListener(stream);
        connected(options);
        assertThat(stream.take().topic()).hasToString("t");
        assertThat(stream.take().topic()).hasToString("t");
    }

    @Test
    void receive_withAliasBeyondTheMaximum_disconnects() throws Exception {
        assertDisconnects("30 08 0001 74 03 23 0003 61", "e0 01 94", ReasonCode.TOPIC_ALIAS_INVALID);
    }

    @Test
    void receive_withAliasThatWasNeverSet_disconnects() throws Exception {
        assertDisconnects("30 07 0000 03 23 0002 61", "e0 01 82", ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    @Spec("MQTT-3.3.4-9")
    void receive_beyondReceiveMaximum_disconnects() throws Exception {
        assertDisconnects(
                "34 07 0001 74 0001 00 61 34 07 0001 74 0002 00 61", "e0 01 93", ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
    }

    @Test
    void receive_beyondMaximumPacketSize_disconnects() throws Exception {
        assertDisconnects("30 63", "e0 01 95", ReasonCode.PACKET_TOO_LARGE);
    }

    @Test
    void receive_ofMalformedPacket_disconnects() throws Exception {
        assertDisconnects("36 00", "e0 01 81", ReasonCode.MALFORMED_PACKET);
    }

    private void assertDisconnects(String sent, String answer, ReasonCode reason) throws Exception {
        ScriptedServer.Play play = server.play(
                dialogue -> dialogue.accept(ACCEPTED).send(sent).expect(answer).expectEnd());
        ClientOptions.Builder options = server.options()
                .acknowledgement(Acknowledgement.MANUAL)
                .properties(Properties.builder()
                        .add(Property.TOPIC_ALIAS_MAXIMUM, 2)
                        .add(Property.RECEIVE_MAXIMUM, 1)
                        .add(Property.MAXIMUM_PACKET_SIZE, 100L)
                        .build())
                .messageListener(stream);
        connected(options);

        play.await();
        MqttException failure = catchThrowableOfType(MqttException.class, () -> {
            while (true) {
                stream.take();
            }
        });
        assertThat(failure.failure()).isEqualTo(Failure.PROTOCOL_ERROR);
        assertThat(failure.reasonCode()).isEqualTo(reason);
    }

    @Test
    void receive_forSeveralSubscriptions_goesToThoseThatMatch() throws Exception {
        server.play(dialogue -> dialogue.accept(ACCEPTED)
                .expect("82 07 0001 00 0001 2b 00")
                .send("90 04 0001 00 00")
                .expect("82 07 0002 00 0001 61 00")
                .send("90 04 0002 00 00")
                .send("30 05 0001 61 00 31 30 05 0001 62 00 32 30 07 0003 632f64 00 33"));
        MessageStream wildcard = new MessageStream(10);
        MessageStream exact = new MessageStream(10);
        try (MqttClient client = connected(server.options().messageListener(stream))) {
            client.subscribe("+", QoS.AT_MOST_ONCE, wildcard);
            client.subscribe("a", QoS.AT_MOST_ONCE, exact);

            assertThat(wildcard.take().topic()).hasToString("a");
            assertThat(wildcard.take().topic()).hasToString("b");
            assertThat(exact.take().topic()).hasToString("a");
            assertThat(stream.take().topic()).hasToString("c/d");
        }
    }

    @Test
    void listener_thatThrows_endsTheConnectionWithoutAcknowledging() throws Exception {
        ScriptedServer.Play play = server.play(dialogue ->
                dialogue.accept(ACCEPTED).send("32 07 0001 74 0001 00 61").expectEnd());
        MessageStream ends = new MessageStream(10);
        MessageListener failing = new MessageListener() {
            @Override
            public void received(ReceivedMessage message) {
                throw new IllegalStateException("no");
            }

            @Override
            public void ended(MqttException cause) {
                ends.ended(cause);
            }
        };
        try (MqttClient client = connected(server.options().messageListener(failing))) {
            MqttException failure = catchThrowableOfType(MqttException.class, ends::take);

            assertThat(failure.failure()).isEqualTo(Failure.LISTENER_FAILED);
            assertThat(failure).hasRootCauseMessage("no");
            assertThat(client.isConnected()).isFalse();
        }
        play.await();
    }

    @Test
    void listener_thatPublishesAndWaits_isAnsweredWhileMessagesPileUp() throws Exception {
        int messages = 6000; // more than the inbox holds
        ScriptedServer.Play play = server.play(dialogue -> {
            dialogue.accept(ACCEPTED).send("30 05 0001 74 00 61");
            dialogue.expect("32 07 0001 72 0001 00 61");
            dialogue.send("30 05 0001 74 00 62 ".repeat(messages)).send("40 02 0001");
        });
        MqttClient[] client = new MqttClient[1];
        MessageListener replying = message -> {
            if (message.payload().toText().equals("a")) {
                try {
                    client[0].publish(Message.of("r", "a", QoS.AT_LEAST_ONCE));
                } catch (IOException | InterruptedException failed) {
                    throw new IllegalStateException(failed);
                }
                stream.received(message);
            }
        };
        client[0] = new MqttClient(server.options().messageListener(replying).build());
        client[0].connect();

        assertThat(stream.take().payload().toText()).isEqualTo("a");
        play.await();
        client[0].close();
    }

    private MqttClient connected(ClientOptions.Builder options) throws MqttException {
        MqttClient client = new MqttClient(options.build());
        clients.add(client);
        client.connect();
        return client;
    }
}
