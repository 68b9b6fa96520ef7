package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the clients of MQTT 5.0 do beyond {@link ClientScenariosTest}. */
@Order(2)
final class FiveScenariosTest {
    private static final int SUCCESS = 0;
    private static final int NO_SUBSCRIPTION_EXISTED = 0x11;
    private static final int SESSION_TAKEN_OVER = 0x8E;
    private static final long LONG_SECONDS = 1000;

    @RegisterExtension
    static final Stage STAGE = new Stage();

    /** Publishes a message of the peer to itself, and returns what arrives. */
    private static Message echo(Peer peer, MessageProperties properties) {
        TestClient client = STAGE.connected(peer);
        Message message = Message.of(STAGE.name("echo/"), "payload").withQos(1).with(properties);
        client.subscribe(message.topic(), 1);
        client.publish(message);
        Message received = client.next();
        assertThat(received.payload()).isEqualTo("payload");
        return received;
    }

    @EveryPeer(versions = Version.V5)
    @Spec("MQTT-3.3.2-17")
    void userProperties_ofAMessage_arriveUnaltered(Peer peer) {
        MessageProperties properties = MessageProperties.userProperties(
                new UserProperty("name", "1"), new UserProperty("name", "2"), new UserProperty("schlüssel", ""));
        assertThat(echo(peer, properties).properties().userProperties()).isEqualTo(properties.userProperties());
    }

    @EveryPeer(versions = Version.V5, needs = Ability.USER_PROPERTY_ORDER)
    @Spec("MQTT-3.3.2-18")
    void userProperties_withNamesInTurns_keepTheirOrder(Peer peer) {
        MessageProperties properties = MessageProperties.userProperties(
                new UserProperty("b", "1"), new UserProperty("a", "2"), new UserProperty("b", "1"));
        assertThat(echo(peer, properties).properties().userProperties()).isEqualTo(properties.userProperties());
    }

    @EveryPeer(versions = Version.V5)
    @Spec({"MQTT-3.3.2-4", "MQTT-3.3.2-20"})
    void contentTypeAndFormat_ofAMessage_arrive(Peer peer) {
        MessageProperties properties =
                echo(peer, MessageProperties.content("text/plain", true)).properties();
        assertThat(properties.contentType()).isEqualTo("text/plain");
        assertThat(properties.utf8()).isTrue();
    }

    @EveryPeer(versions = Version.V5)
    @Spec({"MQTT-3.3.2-15", "MQTT-3.3.2-16"})
    void request_withResponseTopic_isAnswered(Peer peer) {
        TestClient responder = STAGE.connected(peer);
        TestClient requester = STAGE.connected(peer);
        String name = STAGE.name("request");
        responder.subscribe(name + "/ask", 1);
        requester.subscribe(name + "/answer", 1);
        requester.publish(
                Message.of(name + "/ask", "6*7").withQos(1).with(MessageProperties.request(name + "/answer", "nr. 1")));
        MessageProperties asked = responder.next().properties();
        assertThat(asked.responseTopic()).isEqualTo(name + "/answer");
        assertThat(asked.correlationData()).isEqualTo("nr. 1");
        responder.publish(
                Message.of(name + "/answer", "42").withQos(1).with(MessageProperties.request(name + "/none", "nr. 1")));
        Message answer = requester.next();
        assertThat(answer.payload()).isEqualTo("42");
        assertThat(answer.properties().correlationData()).isEqualTo("nr. 1");
    }

    @EveryPeer(versions = Version.V5)
    @Spec("MQTT-3.3.2-6")
    void expiry_ofAMessage_isForwarded(Peer peer) {
        assertThat(echo(peer, MessageProperties.expiry(100)).properties().expirySeconds())
                .isBetween(95L, 100L);
    }

    @EveryPeer(versions = Version.V5)
    @Spec("MQTT-3.3.2-5")
    void expiry_whileTheSubscriberIsOffline_dropsTheMessage(Peer peer) {
        String name = STAGE.name("expiry");
        TestClient before = STAGE.client(peer);
        before.connect(Connect.stored(name));
        before.subscribe(name + "/+", 1);
        before.disconnect();
        TestClient publisher = STAGE.connected(peer);
        Message brief = Message.of(name + "/brief", "brief").withQos(1).with(MessageProperties.expiry(1));
        publisher.publish(brief);
        publisher.publish(Message.of(name + "/long", "long").withQos(1).with(MessageProperties.expiry(LONG_SECONDS)));
        // Published later with a longer expiry: when it is gone, so is the one in the queue.
        String clock = STAGE.name("clock/");
        publisher.publish(Message.of(clock, "tick").withQos(1).retained().with(MessageProperties.expiry(2)));
        TestClient watch = STAGE.connected(peer);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    String end = STAGE.name("end/");
                    watch.subscribe(clock, 1);
                    watch.subscribe(end, 1);
                    publisher.publish(Message.of(end, "end").withQos(1));
                    boolean gone = watch.next().topic().equals(end);
                    if (!gone) {
                        assertThat(watch.next().topic()).isEqualTo(end);
                    }
                    return gone;
                });
        TestClient after = STAGE.client(peer);
        after.connect(Connect.stored(name));
        Message received = after.next();
        assertThat(received.payload()).isEqualTo("long");
        assertThat(received.properties().expirySeconds()).isLessThan(LONG_SECONDS);
    }

    @EveryPeer(versions = Version.V5, needs = Ability.SUBSCRIPTION_IDENTIFIERS)
    @Spec({"MQTT-3.3.4-3", "MQTT-3.3.4-4"})
    void subscriptionIdentifiers_ofOverlappingFilters_arriveWithEachMessage(Peer peer) {
        TestClient client = STAGE.connected(peer);
        String root = STAGE.name("identifiers");
        client.subscribe(Subscription.to(root + "/a", 1).withIdentifier(7));
        client.subscribe(Subscription.to(root + "/+", 1).withIdentifier(268_435_455));
        client.subscribe(root + "/b", 1);
        client.publish(Message.of(root + "/a", "two").withQos(1));
        client.publish(Message.of(root + "/b", "one").withQos(1));
        // One delivery with all identifiers, or one for each subscription: both are allowed.
        Set<Integer> seen = new HashSet<>();
        Message message = client.next();
        for (; message.payload().equals("two"); message = client.next()) {
            assertThat(message.properties().subscriptionIdentifiers()).isNotEmpty();
            seen.addAll(message.properties().subscriptionIdentifiers());
        }
        assertThat(seen).containsExactlyInAnyOrder(7, 268_435_455);
    }

    @EveryPeer(versions = Version.V5)
    @Spec("MQTT-3.8.3-3")
    void noLocal_onASubscription_holdsBackOnesOwn(Peer peer) {
        TestClient client = STAGE.connected(peer);
        TestClient other = STAGE.connected(peer);
        String topic = STAGE.name("local/");
        assertThat(client.subscribe(Subscription.to(topic, 1).withNoLocal())).isEqualTo(1);
        client.publish(Message.of(topic, "own").withQos(1));
        other.publish(Message.of(topic, "other's").withQos(1));
        assertThat(client.next().payload()).isEqualTo("other's");
    }

    @EveryPeer(versions = Version.V5)
    @Spec({"MQTT-3.3.1-12", "MQTT-3.3.1-13"})
    void retainAsPublished_onASubscription_keepsTheFlag(Peer peer) {
        TestClient client = STAGE.connected(peer);
        String root = STAGE.name("published");
        client.subscribe(Subscription.to(root + "/kept", 1).withRetainAsPublished());
        client.subscribe(root + "/not", 1);
        client.publish(Message.of(root + "/kept", "1").withQos(1).retained());
        client.publish(Message.of(root + "/not", "2").withQos(1).retained());
        client.publish(Message.of(root + "/kept", "3").withQos(1));
        assertThat(client.inbox().next(3)).extracting(Message::retain).containsExactly(true, false, false);
    }

    @EveryPeer(versions = Version.V5)
    @Spec({"MQTT-3.3.1-9", "MQTT-3.3.1-10", "MQTT-3.3.1-11"})
    void retainHandling_ofEachKind_sendsAtEachOrTheFirstOrNoSubscribe(Peer peer) {
        TestClient publisher = STAGE.connected(peer);
        String topic = STAGE.name("handling/");
        publisher.publish(Message.of(topic, "retained").withQos(1).retained());
        List<List<Integer>> received = new ArrayList<>();
        for (int handling = 0; handling <= 2; handling++) {
            TestClient client = STAGE.connected(peer);
            Subscription subscription = Subscription.to(topic, 1).withRetainHandling(handling);
            received.add(List.of(
                    retainedReceived(client, publisher, subscription),
                    retainedReceived(client, publisher, subscription)));
        }
        assertThat(received).containsExactly(List.of(1, 1), List.of(1, 0), List.of(0, 0));
    }

    /** How many retained messages come before one that is published after the subscription. */
    private static int retainedReceived(TestClient client, TestClient publisher, Subscription subscription) {
        client.subscribe(subscription);
        publisher.publish(Message.of(subscription.filter(), "live").withQos(1));
        int count = 0;
        while (client.next().retain()) {
            count++;
        }
        return count;
    }

    @EveryPeer(versions = Version.V5)
    @Spec("MQTT-3.3.2-12")
    void topicAlias_onceSet_standsForTheTopic(Peer peer) {
        TestClient publisher = STAGE.client(peer);
        Integer aliases =
                publisher.connect(Connect.clean(STAGE.name("aliases"))).topicAliasMaximum();
        assertThat(aliases).isNotNull().isPositive();
        TestClient subscriber = STAGE.connected(peer);
        String root = STAGE.name("alias");
        subscriber.subscribe(root + "/#", 1);
        // The libraries that choose aliases themselves use them when a topic comes again.
        for (int round = 0; round < 3; round++) {
            for (int topic = 1; topic <= 4; topic++) {
                Message message =
                        Message.of(root + "/" + topic, round + ":" + topic).withQos(1);
                publisher.publish(message.with(MessageProperties.alias(topic)));
                assertThat(subscriber.next()).isEqualTo(message);
            }
        }
    }

    @EveryPeer(versions = Version.V5, needs = Ability.INCOMING_TOPIC_ALIAS)
    @Spec("MQTT-3.1.2-26")
    void topicAlias_ofTheBroker_standsForTheTopic(Peer peer) {
        TestClient publisher = STAGE.connected(peer);
        TestClient subscriber = STAGE.client(peer);
        String root = STAGE.name("aliased");
        subscriber.connect(Connect.clean(root).withTopicAliases(2));
        subscriber.subscribe(root + "/#", 1);
        for (int round = 0; round < 3; round++) {
            for (int topic = 1; topic <= 4; topic++) {
                // At QoS 2, MQTT.js gives out the empty topic that stands before an alias.
                Message message =
                        Message.of(root + "/" + topic, round + ":" + topic).withQos(round % 2);
                publisher.publish(message);
                assertThat(subscriber.next()).isEqualTo(message);
            }
        }
    }

    @EveryPeer(versions = Version.V5)
    void sharedSubscription_ofSeveralMembers_givesEachMessageToOne(Peer peer) throws Exception {
        String root = STAGE.name("shared");
        List<TestClient> members = List.of(STAGE.connected(peer), STAGE.connected(peer), STAGE.connected(peer));
        for (TestClient member : members) {
            member.subscribe("$share/group/" + root + "/+", 1);
            member.subscribe(root + "/end", 1);
        }
        TestClient publisher = STAGE.connected(peer);
        List<String> payloads =
                IntStream.range(0, 60).mapToObj(Integer::toString).toList();
        for (String payload : payloads) {
            publisher.publish(Message.of(root + "/work", payload).withQos(1));
        }
        publisher.publish(Message.of(root + "/end", "end").withQos(1));
        List<String> received = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<String>>> parts = members.stream()
                    .map(member -> threads.submit(() -> untilEnd(member)))
                    .toList();
            for (Future<List<String>> part : parts) {
                assertThat(part.get()).isNotEmpty();
                received.addAll(part.get());
            }
        } catch (ExecutionException e) {
            throw new AssertionError("a member did not get to the end", e);
        }
        assertThat(received).containsExactlyInAnyOrderElementsOf(payloads);
    }

    private static List<String> untilEnd(TestClient member) {
        List<String> payloads = new ArrayList<>();
        for (String payload = member.next().payload();
                !payload.equals("end");
                payload = member.next().payload()) {
            payloads.add(payload);
        }
        return payloads;
    }

    @EveryPeer(versions = Version.V5)
    void sessionExpiry_afterTheConnectionIsCut_endsTheSessionAndItsWillDelay(Peer peer) {
        String name = STAGE.name("expiring");
        TestClient observer = STAGE.connected(peer);
        observer.subscribe(name, 1);
        Line line = STAGE.line(peer);
        TestClient before = STAGE.client(peer, line);
        before.connect(Connect.stored(name, 1).withWill(Message.of(name, "over").withQos(1), LONG_SECONDS));
        line.cut();
        // The will comes with the end of the session, long before its delay is over.
        assertThat(observer.next().payload()).isEqualTo("over");
        assertThat(STAGE.client(peer).connect(Connect.stored(name)).sessionPresent())
                .isFalse();
    }

    @EveryPeer(versions = Version.V5)
    void sessionExpiry_setToNoneByDisconnect_endsTheSessionAtOnce(Peer peer) {
        String name = STAGE.name("shortened");
        TestClient before = STAGE.client(peer);
        before.connect(Connect.stored(name));
        before.disconnect(Disconnect.expiring(0));
        assertThat(STAGE.client(peer).connect(Connect.stored(name)).sessionPresent())
                .isFalse();
    }

    @EveryPeer(versions = Version.V5)
    @Spec("MQTT-3.1.3-9")
    void willDelay_whenTheClientIsBackInTime_isCancelled(Peer peer) {
        String name = STAGE.name("delay");
        TestClient observer = STAGE.connected(peer);
        observer.subscribe(name + "/+", 1);
        Line line = STAGE.line(peer);
        TestClient back = STAGE.client(peer, line);
        back.connect(Connect.stored(name + "-1")
                .withWill(Message.of(name + "/back", "will").withQos(1), 1));
        TestClient away = STAGE.client(peer, line);
        away.connect(Connect.stored(name + "-2")
                .withWill(Message.of(name + "/away", "will").withQos(1), 1));
        line.cut();
        back.inbox().awaitEnd();
        TestClient again = STAGE.client(peer);
        assertThat(again.connect(Connect.stored(name + "-1")).sessionPresent()).isTrue();
        again.publish(Message.of(name + "/early", "before any will").withQos(1));
        assertThat(observer.inbox().next(2))
                .extracting(Message::topic)
                .containsExactly(name + "/early", name + "/away");
        again.publish(Message.of(name + "/end", "end").withQos(1));
        assertThat(observer.next().topic()).isEqualTo(name + "/end");
    }

    @EveryPeer(versions = Version.V5)
    @Spec("MQTT-3.1.2-8")
    void will_withProperties_arrivesWithThem(Peer peer) {
        String name = STAGE.name("willed");
        TestClient observer = STAGE.connected(peer);
        observer.subscribe(name, 1);
        MessageProperties properties = new MessageProperties(
                List.of(new UserProperty("a", "1"), new UserProperty("a", "2")),
                LONG_SECONDS,
                "text/plain",
                name + "/answer",
                "correlation",
                true,
                List.of(),
                null);
        Line line = STAGE.line(peer);
        STAGE.client(peer, line)
                .connect(Connect.clean(name)
                        .withWill(Message.of(name, "will").withQos(1).with(properties)));
        line.cut();
        MessageProperties received = observer.next().properties();
        assertThat(received.expirySeconds()).isBetween(LONG_SECONDS - 10, LONG_SECONDS);
        assertThat(received)
                .usingRecursiveComparison()
                .ignoringFields("expirySeconds")
                .isEqualTo(properties);
    }

    @EveryPeer(versions = Version.V5)
    void will_whenDisconnectAsksForIt_isPublished(Peer peer) {
        String name = STAGE.name("asked");
        TestClient observer = STAGE.connected(peer);
        observer.subscribe(name, 1);
        TestClient leaving = STAGE.client(peer);
        leaving.connect(Connect.clean(name).withWill(Message.of(name, "will").withQos(1)));
        leaving.disconnect(Disconnect.WITH_WILL);
        assertThat(observer.next().payload()).isEqualTo("will");
    }

    @EveryPeer(versions = Version.V5)
    @Spec({"MQTT-3.1.3-6", "MQTT-3.1.3-7"})
    void connect_withoutIdentifier_isAssignedOne(Peer peer) {
        TestClient client = STAGE.client(peer);
        TestClient other = STAGE.client(peer);
        String assigned = client.connect(Connect.clean("")).assignedClientId();
        assertThat(assigned).isNotNull().isNotEmpty();
        assertThat(other.connect(Connect.clean("")).assignedClientId())
                .isNotNull()
                .isNotEmpty()
                .isNotEqualTo(assigned);
    }

    @EveryPeer(versions = Version.V5, needs = Ability.DISCONNECT_REASON)
    @Spec("MQTT-3.1.4-3")
    @OnlyPipit
    void connect_withTheIdentifierOfAnother_tellsTheOtherWhy(Peer peer) {
        String name = STAGE.name("same");
        TestClient first = STAGE.client(peer);
        first.connect(Connect.clean(name));
        STAGE.client(peer).connect(Connect.clean(name));
        assertThat(first.inbox().awaitEnd().reasonCode()).isEqualTo(SESSION_TAKEN_OVER);
    }

    @EveryPeer(versions = Version.V5)
    void unsubscribe_withAndWithoutSubscription_tellsWhich(Peer peer) {
        TestClient client = STAGE.connected(peer);
        String topic = STAGE.name("reason/");
        client.subscribe(topic, 0);
        assertThat(client.unsubscribe(topic)).isEqualTo(SUCCESS);
        assertThat(client.unsubscribe(topic)).isEqualTo(NO_SUBSCRIPTION_EXISTED);
    }
}
