package io.pipit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.broker.LocalMessage;
import io.pipit.broker.LocalSubscription;
import io.pipit.broker.spi.Authenticator;
import io.pipit.broker.spi.Authorizer;
import io.pipit.broker.spi.BrokerListener;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Identity;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A broker inside of a program: started by its builder, used without a socket, closed. */
@Timeout(60)
final class EmbeddedTest {
    private static final byte[] CONNECT_A = HexFormat.of().parseHex("100d00044d5154540402003c000161");
    private static final byte[] SUBSCRIBE_T = HexFormat.of().parseHex("82060001000174" + "00");
    private static final byte[] PUBLISH_T = HexFormat.of().parseHex("300400017478");

    private static Socket connect(Pipit pipit, int connackReturnCode) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), pipit.port());
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(CONNECT_A);
        assertThat(socket.getInputStream().readNBytes(4))
                .isEqualTo(new byte[] {0x20, 0x02, 0x00, (byte) connackReturnCode});
        return socket;
    }

    @Test
    void withoutPort_listensNowhereAndServesTheProgram() throws Exception {
        try (Pipit pipit = Pipit.builder().inMemory().start()) {
            BlockingQueue<LocalMessage> heard = new LinkedBlockingQueue<>();
            pipit.subscribe("garden/+", heard::add);

            assertThat(pipit.publish("garden/lamp", "on", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);

            assertThat(heard.take()).isEqualTo(LocalMessage.of("garden/lamp", "on", QoS.AT_LEAST_ONCE));
            assertThat(pipit.listening()).isEmpty();
            assertThatThrownBy(pipit::port).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(pipit::webSocketUrl).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void withPorts_carriesMessagesBetweenClientsAndTheProgram() throws Exception {
        try (Pipit pipit = Pipit.builder().port(0).webSocketPort(0).inMemory().start();
                Socket client = connect(pipit, 0)) {
            assertThat(pipit.url()).isEqualTo("mqtt://127.0.0.1:" + pipit.port());
            assertThat(pipit.webSocketUrl()).isEqualTo("ws://127.0.0.1:" + pipit.webSocketPort() + "/mqtt");
            client.getOutputStream().write(SUBSCRIBE_T);
            assertThat(client.getInputStream().readNBytes(5)).startsWith(0x90);
            BlockingQueue<LocalMessage> heard = new LinkedBlockingQueue<>();
            pipit.subscribe("t", heard::add);

            client.getOutputStream().write(PUBLISH_T);

            assertThat(client.getInputStream().readNBytes(PUBLISH_T.length)).isEqualTo(PUBLISH_T);
            assertThat(heard.take().payload()).isEqualTo(Payload.of("x"));
            pipit.publish("t", "x", QoS.AT_MOST_ONCE);
            assertThat(client.getInputStream().readNBytes(PUBLISH_T.length)).isEqualTo(PUBLISH_T);
        }
    }

    @Test
    void retainedMessages_comeOnSubscribing() throws Exception {
        try (Pipit pipit = Pipit.builder().start()) {
            pipit.publish(
                    LocalMessage.of("garden/lamp", "on", QoS.AT_LEAST_ONCE).retained());
            BlockingQueue<LocalMessage> heard = new LinkedBlockingQueue<>();
            pipit.subscribe("#", heard::add);
            assertThat(heard.take())
                    .isEqualTo(LocalMessage.of("garden/lamp", "on", QoS.AT_LEAST_ONCE)
                            .retained());
            BlockingQueue<LocalMessage> later = new LinkedBlockingQueue<>();
            pipit.subscribe(TopicFilter.of("#"), RetainHandling.DO_NOT_SEND, later::add);
            pipit.publish("garden/door", "shut", QoS.AT_MOST_ONCE);
            assertThat(later.take().topic()).isEqualTo(TopicName.of("garden/door"));
        }
    }

    @Test
    void wrongKey_isRefusedWithTheNearestKnownOne() {
        assertThatThrownBy(() -> Pipit.builder()
                        .set("queue.max-mesages", "1")
                        .port(70_000)
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("set(\"queue.max-mesages\"): unknown key queue.max-mesages")
                .hasMessageContaining("queue.max-messages")
                .hasMessageContaining("set(\"port\"): port is \"70000\"");
    }

    @Test
    void otherAddress_needsADecisionAboutWhoMayConnect() throws Exception {
        InetAddress everywhere = InetAddress.ofLiteral("0.0.0.0");
        assertThatThrownBy(() -> Pipit.builder().address(everywhere).port(0).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("anonymous: allow");
        Authenticator nobody = (connect, peer, answer) ->
                answer.accept(new Authenticator.Decision.Refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "nobody may"));
        try (Pipit pipit = Pipit.builder()
                        .address(everywhere)
                        .port(0)
                        .authenticator(nobody)
                        .start();
                Socket refused = connect(pipit, 4)) {
            assertThat(refused.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void authorizerAndListener_areAskedAndTold() throws Exception {
        BlockingQueue<DropReason> drops = new LinkedBlockingQueue<>();
        Authorizer nothing = new Authorizer() {
            @Override
            public boolean mayPublish(Identity client, TopicName topic) {
                return false;
            }

            @Override
            public boolean maySubscribe(Identity client, TopicFilter filter) {
                return false;
            }
        };
        BrokerListener listener = new BrokerListener() {
            @Override
            public void dropped(ClientIdentifier client, TopicName topic, DropReason reason) {
                drops.add(reason);
            }
        };
        try (Pipit pipit = Pipit.builder()
                        .port(0)
                        .authorizer(nothing)
                        .listener(listener)
                        .start();
                Socket client = connect(pipit, 0)) {
            client.getOutputStream().write(PUBLISH_T);
            assertThat(drops.take()).isEqualTo(DropReason.NOT_AUTHORIZED);
        }
    }

    @Test
    void publishOnAnEventLoop_mustNotWait() throws Exception {
        CompletableFuture<Throwable> refused = new CompletableFuture<>();
        CompletableFuture<Pipit> started = new CompletableFuture<>();
        BlockingQueue<CompletableFuture<ReasonCode>> greetings = new LinkedBlockingQueue<>();
        BrokerListener greets = new BrokerListener() {
            @Override
            public void connected(Identity client, ProtocolVersion version, boolean sessionPresent) {
                Pipit pipit = started.join();
                try {
                    pipit.publish("greeting", "hello", QoS.AT_LEAST_ONCE);
                } catch (InterruptedException | IllegalStateException expected) {
                    refused.complete(expected);
                }
                try {
                    greetings.add(pipit.publishAsync(LocalMessage.of("greeting", "hello", QoS.AT_LEAST_ONCE)));
                } catch (InterruptedException unexpected) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        try (Pipit pipit = Pipit.builder().port(0).listener(greets).start()) {
            BlockingQueue<LocalMessage> heard = new LinkedBlockingQueue<>();
            pipit.subscribe("greeting", heard::add);
            started.complete(pipit);
            try (Socket client = connect(pipit, 0)) {
                assertThat(heard.take().payload().toText()).isEqualTo("hello");
                assertThat(greetings.take().join()).isEqualTo(ReasonCode.SUCCESS);
                assertThat(refused.join()).hasMessageContaining("publishAsync");
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    @Test
    void manyThreads_publishEachInItsOrder() throws Exception {
        int threads = 4;
        int each = 5_000;
        try (Pipit pipit = Pipit.builder().start()) {
            CountDownLatch all = new CountDownLatch(threads * each);
            int[] next = new int[threads];
            AtomicInteger outOfOrder = new AtomicInteger();
            pipit.subscribe("n/+", message -> {
                int thread = Integer.parseInt(message.topic().toString().substring(2));
                if (next[thread]++ != Integer.parseInt(message.payload().toText())) {
                    outOfOrder.incrementAndGet();
                }
                all.countDown();
            });
            List<Thread> publishers = IntStream.range(0, threads)
                    .mapToObj(thread -> Thread.startVirtualThread(() -> publishMany(pipit, "n/" + thread, each)))
                    .toList();
            for (Thread publisher : publishers) {
                publisher.join();
            }
            all.await();
            assertThat(outOfOrder).hasValue(0);
        }
    }

    private static void publishMany(Pipit pipit, String topic, int count) {
        try {
            List<CompletableFuture<ReasonCode>> published = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                published.add(pipit.publishAsync(LocalMessage.of(topic, String.valueOf(i), QoS.AT_LEAST_ONCE)));
            }
            published.forEach(CompletableFuture::join);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void slowListener_keepsNobodyWaitingAndCostsItsBoundOnly() throws Exception {
        try (Pipit pipit = Pipit.builder()
                .set("queue.max-messages", "100")
                .set("loops", "1")
                .start()) {
            CountDownLatch goOn = new CountDownLatch(1);
            CountDownLatch begun = new CountDownLatch(1);
            BlockingQueue<LocalMessage> slowHeard = new LinkedBlockingQueue<>();
            LocalSubscription slow = pipit.subscribe("t", message -> {
                begun.countDown();
                goOn.await();
                slowHeard.add(message);
            });
            pipit.publish("t", "first", QoS.AT_LEAST_ONCE);
            begun.await();
            for (int i = 0; i < 1000; i++) {
                pipit.publish("t", "m" + i, QoS.AT_LEAST_ONCE);
            }
            assertThat(slow.waiting()).isEqualTo(100);
            assertThat(slow.dropped()).isEqualTo(900);

            goOn.countDown();

            assertThat(slowHeard.take().payload().toText()).isEqualTo("first");
            for (int i = 900; i < 1000; i++) {
                assertThat(slowHeard.take().payload().toText()).isEqualTo("m" + i);
            }
        }
    }

    @Test
    void listener_mayPublishSubscribeAndCloseItsSubscription() throws Exception {
        try (Pipit pipit = Pipit.builder().start()) {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            CompletableFuture<LocalSubscription> own = new CompletableFuture<>();
            own.complete(pipit.subscribe("question", message -> {
                pipit.subscribe("answer", answer -> heard.add(answer.payload().toText()));
                pipit.publish("answer", "yes", QoS.EXACTLY_ONCE);
                own.join().close();
            }));
            pipit.publish("question", "?", QoS.AT_LEAST_ONCE);
            assertThat(heard.take()).isEqualTo("yes");
        }
    }

    @Test
    void messageThatIsNotAccepted_saysWhy() throws Exception {
        try (Pipit pipit = Pipit.builder().set("mqtt.maximum-qos", "1").start()) {
            assertThatThrownBy(() -> pipit.publish("t", "x", QoS.EXACTLY_ONCE))
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            refused -> assertThat(refused.reasonCode()).isEqualTo(ReasonCode.QOS_NOT_SUPPORTED));
            assertThatThrownBy(() -> pipit.publishAsync(LocalMessage.of("t", "x", QoS.EXACTLY_ONCE))
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RefusedException.class);
        }
    }

    @Test
    void close_letsListenersTakeWhatWaits() throws Exception {
        AtomicInteger taken = new AtomicInteger();
        List<CompletableFuture<ReasonCode>> published = new ArrayList<>();
        try (Pipit pipit = Pipit.builder().start()) {
            pipit.subscribe("t", message -> {
                Thread.onSpinWait();
                taken.incrementAndGet();
            });
            for (int i = 0; i < 1000; i++) {
                published.add(pipit.publishAsync(LocalMessage.of("t", "x", QoS.AT_LEAST_ONCE)));
            }
        }
        assertThat(taken).hasValue(1000);
        assertThat(published).allSatisfy(one -> assertThat(one).isCompletedWithValue(ReasonCode.SUCCESS));
    }

    @Test
    void close_interruptsAListenerThatDoesNotEnd() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Throwable> interrupted = new CompletableFuture<>();
        try (Pipit pipit = Pipit.builder().set("stop.timeout", "50ms").start()) {
            pipit.subscribe("t", message -> {
                begun.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException expected) {
                    interrupted.complete(expected);
                    throw expected;
                }
            });
            pipit.publish("t", "x", QoS.AT_LEAST_ONCE);
            begun.await();
        }
        assertThat(interrupted.join()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void close_byAListener_returns() throws Exception {
        CompletableFuture<String> done = new CompletableFuture<>();
        Pipit pipit = Pipit.builder().port(0).start();
        pipit.subscribe("t", message -> {
            pipit.close();
            done.complete("closed");
        });
        pipit.publish("t", "x", QoS.AT_LEAST_ONCE);
        assertThat(done.join()).isEqualTo("closed");
    }

    @Test
    void closed_takesNothingMore() throws Exception {
        Pipit pipit = Pipit.builder().start();
        pipit.close();
        assertThatThrownBy(() -> pipit.publish("t", "x", QoS.AT_MOST_ONCE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the broker is closed");
        assertThatThrownBy(() -> pipit.subscribe("t", message -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void severalBrokers_haveNothingInCommon() throws Exception {
        try (Pipit one = Pipit.builder().port(0).start();
                Pipit other = Pipit.builder().port(0).start()) {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            one.subscribe("#", message -> heard.add("one " + message.payload().toText()));
            other.subscribe(
                    "#", message -> heard.add("other " + message.payload().toText()));
            assertThat(one.publish("t", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
            assertThat(heard.take()).isEqualTo("one x");
            other.publish("t", "y", QoS.AT_LEAST_ONCE);
            assertThat(heard.take()).isEqualTo("other y");
            assertThat(one.port()).isNotEqualTo(other.port());
        }
    }
}
