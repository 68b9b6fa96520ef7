package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Spec;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every client of every version does with a broker. */
@Order(Integer.MAX_VALUE)
final class ClientScenariosTest {
    @RegisterExtension
    static final Stage STAGE = new Stage();

    @EveryPeer
    @Spec("3.1.1:MQTT-7.0.0-2")
    void publish_atEachQosToASubscriptionOfEach_arrivesAtTheLower(Peer peer) {
        TestClient publisher = STAGE.connected(peer);
        TestClient subscriber = STAGE.connected(peer);
        for (int subscribed = 0; subscribed <= 2; subscribed++) {
            String topic = STAGE.name("qos/");
            subscriber.subscribe(topic, subscribed);
            for (int published = 0; published <= 2; published++) {
                Message message = Message.of(topic, published + " to " + subscribed);
                publisher.publish(message.withQos(published));
                assertThat(subscriber.next()).isEqualTo(message.withQos(Math.min(published, subscribed)));
            }
        }
    }

    @EveryPeer
    @Spec("MQTT-4.6.0-5")
    void publish_manyToOneTopic_arriveInOrder(Peer peer) {
        TestClient publisher = STAGE.connected(peer);
        TestClient subscriber = STAGE.connected(peer);
        for (int qos = 0; qos <= 2; qos++) {
            String topic = STAGE.name("order/");
            subscriber.subscribe(topic, qos);
            List<String> payloads =
                    IntStream.range(0, 30).mapToObj(Integer::toString).toList();
            for (String payload : payloads) {
                publisher.publish(Message.of(topic, payload).withQos(qos));
            }
            assertThat(subscriber.inbox().next(payloads.size()))
                    .extracting(Message::payload)
                    .isEqualTo(payloads);
        }
    }

    @EveryPeer
    void subscribe_toHash_matchesTheParentAndAllBelow(Peer peer) {
        String root = STAGE.name("hash");
        assertThat(matched(peer, root + "/#", List.of(root, root + "/a", root + "/a/b/c", root + "x", root + "/")))
                .containsExactly(root, root + "/a", root + "/a/b/c", root + "/");
    }

    @EveryPeer
    void subscribe_toPlus_matchesOneLevel(Peer peer) {
        String root = STAGE.name("plus");
        assertThat(matched(
                        peer,
                        root + "/+/x",
                        List.of(root + "/a/x", root + "/a/b/x", root + "/x", root + "//x", root + "/a/x/y")))
                .containsExactly(root + "/a/x", root + "//x");
    }

    @EveryPeer
    @Spec("MQTT-4.7.2-1")
    void subscribe_toLeadingWildcard_hidesTopicsThatBeginWithDollar(Peer peer) {
        String rest = STAGE.name("rest");
        assertThat(matched(peer, "+/" + rest, List.of("$hidden/" + rest, "seen/" + rest)))
                .containsExactly("seen/" + rest);
    }

    /** Which of the topics a subscription to the filter matches, found by publishing to each and then to the last one. */
    private static List<String> matched(Peer peer, String filter, List<String> topics) {
        TestClient publisher = STAGE.connected(peer);
        TestClient subscriber = STAGE.connected(peer);
        String end = STAGE.name("end/");
        subscriber.subscribe(filter, 1);
        subscriber.subscribe(end, 1);
        topics.forEach(topic -> publisher.publish(Message.of(topic, "x").withQos(1)));
        publisher.publish(Message.of(end, "x").withQos(1));
        return Stream.generate(() -> subscriber.next().topic())
                .takeWhile(topic -> !topic.equals(end))
                .toList();
    }

    @EveryPeer
    void unsubscribe_afterSubscribe_endsDelivery(Peer peer) {
        TestClient publisher = STAGE.connected(peer);
        TestClient subscriber = STAGE.connected(peer);
        String topic = STAGE.name("unsubscribe/");
        String end = STAGE.name("end/");
        subscriber.subscribe(topic, 1);
        subscriber.subscribe(end, 1);
        assertThat(subscriber.unsubscribe(topic)).isZero();
        publisher.publish(Message.of(topic, "too late").withQos(1));
        publisher.publish(Message.of(end, "end").withQos(1));
        assertThat(subscriber.next().topic()).isEqualTo(end);
    }

    @EveryPeer
    void publish_ofTextBeyondAscii_arrivesUnchanged(Peer peer) {
        TestClient client = STAGE.connected(peer);
        Message message =
                Message.of(STAGE.name("Grüße/日本語 "), "Vogel 🐦 鳥\u0001").withQos(1);
        client.subscribe(message.topic(), 1);
        client.publish(message);
        assertThat(client.next()).isEqualTo(message);
    }

    @EveryPeer
    void publish_ofALargePayload_arrivesUnchanged(Peer peer) {
        TestClient publisher = STAGE.connected(peer);
        TestClient subscriber = STAGE.connected(peer);
        String payload = "0123456789abcdef".repeat(16 * 1024);
        for (int qos = 0; qos <= 2; qos++) {
            Message message = Message.of(STAGE.name("large/"), payload).withQos(qos);
            subscriber.subscribe(message.topic(), qos);
            publisher.publish(message);
            assertThat(subscriber.next().equals(message)).isTrue();
        }
    }

    @EveryPeer
    void publish_ofAnEmptyPayload_arrives(Peer peer) {
        TestClient client = STAGE.connected(peer);
        Message message = Message.of(STAGE.name("empty/"), "").withQos(2);
        client.subscribe(message.topic(), 2);
        client.publish(message);
        assertThat(client.next()).isEqualTo(message);
    }

    @EveryPeer
    @Spec({"MQTT-3.3.1-5", "MQTT-3.3.1-12"})
    void retained_setAndReplaced_isGivenToLaterSubscribersOnly(Peer peer) {
        TestClient publisher = STAGE.connected(peer);
        TestClient early = STAGE.connected(peer);
        Message first = Message.of(STAGE.name("retained/") + "/a", "first").withQos(1);
        Message second = Message.of(first.topic(), "second").withQos(1);
        early.subscribe(first.topic(), 1);
        publisher.publish(first.retained());
        publisher.publish(second.retained());
        assertThat(early.inbox().next(2)).containsExactly(first, second);

        TestClient late = STAGE.connected(peer);
        late.subscribe(first.topic().replace("/a", "/+"), 1);
        assertThat(late.next()).isEqualTo(second.retained());
    }

    @EveryPeer
    @Spec({"MQTT-3.3.1-6", "MQTT-3.3.1-7"})
    void retained_clearedByAnEmptyPayload_isGivenToNobody(Peer peer) {
        TestClient publisher = STAGE.connected(peer);
        String root = STAGE.name("cleared");
        Message kept = Message.of(root + "/kept", "kept").withQos(1).retained();
        publisher.publish(Message.of(root + "/gone", "gone").withQos(1).retained());
        publisher.publish(kept);
        publisher.publish(Message.of(root + "/gone", "").withQos(1).retained());

        TestClient late = STAGE.connected(peer);
        late.subscribe(root + "/gone", 1);
        late.subscribe(root + "/kept", 1);
        assertThat(late.next()).isEqualTo(kept);
    }

    @EveryPeer
    @Spec({"MQTT-3.1.2-8", "MQTT-3.1.2-15"})
    void will_whenTheConnectionIsCut_isPublished(Peer peer) {
        TestClient observer = STAGE.connected(peer);
        String root = STAGE.name("will");
        observer.subscribe(root + "/+", 2);
        for (int qos = 0; qos <= 2; qos++) {
            Message will = Message.of(root + "/" + qos, "gone").withQos(qos);
            Line line = STAGE.line(peer);
            TestClient mortal = STAGE.client(peer, line);
            mortal.connect(Connect.clean(STAGE.name("mortal")).withWill(will.retained()));
            line.cut();
            assertThat(observer.next()).isEqualTo(will);
            mortal.inbox().awaitEnd();
        }
        TestClient late = STAGE.connected(peer);
        late.subscribe(root + "/2", 2);
        assertThat(late.next())
                .isEqualTo(Message.of(root + "/2", "gone").withQos(2).retained());
    }

    @EveryPeer
    @Spec("MQTT-3.14.4-3")
    void will_afterDisconnect_isDiscarded(Peer peer) {
        TestClient observer = STAGE.connected(peer);
        String root = STAGE.name("discarded");
        observer.subscribe(root + "/+", 1);
        TestClient leaving = STAGE.client(peer);
        leaving.connect(Connect.clean(STAGE.name("leaving"))
                .withWill(Message.of(root + "/will", "gone").withQos(1)));
        leaving.disconnect();
        Message end = Message.of(root + "/end", "end").withQos(1);
        TestClient publisher = STAGE.client(peer);
        publisher.connect(Connect.clean(STAGE.name("publisher")));
        publisher.publish(end);
        assertThat(observer.next()).isEqualTo(end);
    }

    @EveryPeer
    @Spec("MQTT-3.1.4-3")
    void connect_withTheIdentifierOfAnother_endsTheOther(Peer peer) {
        String name = STAGE.name("same");
        TestClient first = STAGE.client(peer);
        first.connect(Connect.clean(name));
        TestClient second = STAGE.client(peer);
        second.connect(Connect.clean(name));
        first.inbox().awaitEnd();
        second.subscribe(name, 1);
        second.publish(Message.of(name, "alive").withQos(1));
        assertThat(second.next().payload()).isEqualTo("alive");
    }

    @EveryPeer
    @Spec({"MQTT-3.1.2-5", "MQTT-3.2.2-3"})
    void storedSession_whileOffline_keepsItsMessagesInOrder(Peer peer) {
        String name = STAGE.name("stored");
        TestClient before = STAGE.client(peer);
        assertThat(before.connect(Connect.stored(name)).sessionPresent()).isFalse();
        before.subscribe(name + "/+", 2);
        before.disconnect();

        TestClient publisher = STAGE.connected(peer);
        List<Message> messages = IntStream.range(0, 40)
                .mapToObj(i -> Message.of(name + "/t", Integer.toString(i)).withQos(1 + i % 2))
                .toList();
        messages.forEach(publisher::publish);

        TestClient after = STAGE.client(peer);
        boolean present = after.connect(Connect.stored(name)).sessionPresent();
        assertThat(present).isEqualTo(peer.version() != Version.V3_1);
        // The order is that of one topic at one QoS: a library gives a message of QoS 2 out when it is released.
        List<Message> received = after.inbox().next(messages.size());
        for (int qos = 1; qos <= 2; qos++) {
            assertThat(ofQos(received, qos)).isEqualTo(ofQos(messages, qos));
        }
        publisher.publish(Message.of(name + "/t", "live").withQos(1));
        assertThat(after.next().payload()).isEqualTo("live");
    }

    private static List<Message> ofQos(List<Message> messages, int qos) {
        return messages.stream().filter(message -> message.qos() == qos).toList();
    }

    @EveryPeer
    void storedSession_whenCut_keepsItsMessages(Peer peer) {
        String name = STAGE.name("cut");
        Line line = STAGE.line(peer);
        TestClient before = STAGE.client(peer, line);
        before.connect(Connect.stored(name));
        before.subscribe(name, 2);
        line.cut();
        before.inbox().awaitEnd();

        TestClient publisher = STAGE.connected(peer);
        Message message = Message.of(name, "meanwhile").withQos(2);
        publisher.publish(message);
        TestClient after = STAGE.client(peer);
        after.connect(Connect.stored(name));
        assertThat(after.next()).isEqualTo(message);
    }

    @EveryPeer
    @Spec("MQTT-3.1.2-4")
    void storedSession_whenConnectedClean_isDiscarded(Peer peer) {
        String name = STAGE.name("fresh");
        TestClient before = STAGE.client(peer);
        before.connect(Connect.stored(name));
        before.subscribe(name + "/old", 1);
        before.disconnect();

        TestClient after = STAGE.client(peer);
        assertThat(after.connect(Connect.clean(name)).sessionPresent()).isFalse();
        after.subscribe(name + "/new", 1);
        after.publish(Message.of(name + "/old", "nobody hears").withQos(1));
        after.publish(Message.of(name + "/new", "heard").withQos(1));
        assertThat(after.next().payload()).isEqualTo("heard");
    }
}
