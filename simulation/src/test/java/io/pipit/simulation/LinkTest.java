package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.broker.Census;
import io.pipit.broker.Settings;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each fault of the simulated network does what its name says, and clients see answers that they did not ask for. */
final class LinkTest {
    private static final long MILLI = 1_000_000L;
    private static final TopicName TOPIC = TopicName.of("t/0");

    private final List<Delivery> deliveries = new ArrayList<>();
    private final World world = world(false);
    private final ModelClient client = world.clients().getFirst();
    private final ModelClient other = world.clients().getLast();

    @Test
    void whatIsSent_comesAtOnce() {
        connect();
        publish();
        world.rest();
        assertThat(client.outbound().isComplete()).isTrue();
    }

    @Test
    void withALag_whatIsSentComesLater_inOrder() {
        connect();
        client.lag(500);
        publish();
        world.advance(400 * MILLI);
        assertThat(client.hasUnderWay(Publish.class::isInstance)).isTrue();
        client.lag(0);
        publish();
        world.rest();
        assertThat(world.ledger().messages()).noneMatch(Published::isAcknowledged);
        world.advance(100 * MILLI);
        assertThat(world.ledger().messages()).hasSize(2).allMatch(Published::isAcknowledged);
        assertThat(client.hasUnderWay(Publish.class::isInstance)).isFalse();
    }

    @Test
    void inPieces_whatIsSentComesWhole() {
        World pieces = world(true);
        ModelClient one = pieces.clients().getFirst();
        one.connect(false);
        pieces.rest();
        one.outbound().publish(TOPIC, QoS.EXACTLY_ONCE, false, 5_000, 0);
        assertThat(pieces.run(2))
                .as("one turn of the network does not hand on all of it")
                .isTrue();
        assertThat(one.hasUnderWay(Publish.class::isInstance)).isTrue();
        pieces.rest();
        assertThat(one.outbound().isComplete()).isTrue();
    }

    @Test
    void aLostConnection_losesWhatIsUnderWay_andTheBrokerNotices() {
        connect();
        client.lag(1_000);
        publish();
        client.lose();
        assertThat(client.isConnected()).isFalse();
        world.rest();
        assertThat(connections()).isZero();
        assertThat(published().isAcknowledged()).isFalse();

        client.connect(false);
        world.advance(2_000 * MILLI);
        assertThat(published().timesSent()).as("it is sent again").isEqualTo(2);
        assertThat(published().isAcknowledged()).isTrue();
    }

    @Test
    void aSilentConnection_isNoticedAfterAWhile() {
        connect();
        client.goSilent();
        assertThat(client.isConnected()).isFalse();
        world.rest();
        assertThat(connections()).isOne();
    }

    @Test
    void aStalledClient_hearsNothingUntilItReads() {
        connect();
        client.subscribe(new SubscriptionRequest(TopicFilter.of("t/0"), options()));
        other.connect(false);
        world.rest();
        client.stall(0);
        other.outbound().publish(TOPIC, QoS.AT_LEAST_ONCE, false, 0, 0);
        world.rest();
        assertThat(deliveries).isEmpty();
        client.read();
        world.rest();
        assertThat(deliveries).hasSize(1);
    }

    @Test
    void aKilledBroker_isStartedAgain_andClientsAreGone() {
        connect();
        world.crash(0, 100);
        assertThat(client.isConnected()).isFalse();
        assertThat(world.isListening()).isFalse();
        world.advance(1_000 * MILLI);
        assertThat(world.isListening()).isTrue();
    }

    // What clients do not put up with

    @Test
    void acknowledgementsWithoutNeed_areSeen() {
        assertThatThrownBy(() -> client.outbound().acknowledged(7, QoS.AT_LEAST_ONCE, ReasonCode.SUCCESS))
                .isInstanceOf(Violation.class)
                .hasMessageStartingWith("answers: ");
        assertThatThrownBy(() -> client.outbound().completed(7))
                .isInstanceOf(Violation.class)
                .hasMessageStartingWith("answers: ");
    }

    @Test
    void anIdentifierInUse_isSeen() {
        Publish packet = Packets.publish("t/0", "").qos(QoS.AT_LEAST_ONCE, 7).packet();
        other.inbound().hear(packet);
        assertThatThrownBy(() -> other.inbound().hear(packet))
                .isInstanceOf(Violation.class)
                .hasMessageStartingWith("identifiers: ");
    }

    @Test
    void moreThanItsReceiveMaximum_isSeen() {
        for (int identifier = 1; identifier <= 3; identifier++) {
            other.inbound()
                    .hear(Packets.publish("t/0", "")
                            .qos(QoS.AT_LEAST_ONCE, identifier)
                            .packet());
        }
        Publish tooMuch = Packets.publish("t/0", "").qos(QoS.AT_LEAST_ONCE, 4).packet();
        assertThatThrownBy(() -> other.inbound().hear(tooMuch))
                .isInstanceOf(Violation.class)
                .hasMessageStartingWith("receive-maximum: ");
    }

    @Test
    void aGoodbyeWithoutAReason_isSeen() {
        assertThatThrownBy(() -> world.requireExcuse(client, "was disconnected"))
                .isInstanceOf(Violation.class)
                .hasMessageStartingWith("goodbye: ");
        world.trouble(Act.Trouble.FULL, 10);
        world.requireExcuse(client, "was disconnected");
    }

    @Test
    void aBrokerThatNeverRests_isSeen() {
        SimulatedLoop loop = world.loops().all().getFirst();
        Runnable[] again = new Runnable[1];
        again[0] = () -> loop.execute(again[0]);
        loop.execute(again[0]);
        assertThatThrownBy(world::rest).isInstanceOf(Violation.class).hasMessageStartingWith("progress: ");
    }

    // Making a world by hand

    private void connect() {
        client.connect(false);
        world.rest();
        assertThat(client.voice()).isNotNull();
    }

    private void publish() {
        client.outbound().publish(TOPIC, QoS.AT_LEAST_ONCE, false, 0, 0);
    }

    private Published published() {
        return world.ledger().messages().getFirst();
    }

    private int connections() {
        Census[] taken = new Census[1];
        world.broker().census(census -> taken[0] = census);
        world.rest();
        return taken[0].holdings().connections();
    }

    private World world(boolean fragments) {
        Circumstances circumstances = new Circumstances(1, Settings.DEFAULT, 0, 0);
        List<Traits> clients = List.of(traits("a", true, fragments), traits("b", false, fragments));
        World made = new World(new Plan(1, circumstances, clients, List.of()), new Coverage(), Trace.Reader.NOBODY);
        made.add(new Rule() {
            @Override
            public void delivered(Delivery delivery) {
                deliveries.add(delivery);
            }
        });
        return made;
    }

    private static Traits traits(String name, boolean prompt, boolean fragments) {
        @Nullable QoS noWill = null;
        return new Traits(name, ProtocolVersion.MQTT_5_0, true, Traits.LONG, 3, 0, prompt, fragments, 0, noWill, 0);
    }

    private static SubscriptionOptions options() {
        return new SubscriptionOptions(QoS.AT_LEAST_ONCE, false, false, RetainHandling.SEND);
    }
}
