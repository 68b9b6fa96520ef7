package io.pipit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.pipit.broker.spi.Authenticator;
import io.pipit.client.MqttClient;
import io.pipit.client.MqttException;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.server.Pipit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs classes of tests with the extension, and looks at what they were given. */
@Timeout(60)
final class PipitExtensionTest {
    private static final List<Pipit> GIVEN = new ArrayList<>();

    @BeforeEach
    void forget() {
        GIVEN.clear();
    }

    private static EngineExecutionResults run(Class<?> tests) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(tests))
                .execute();
    }

    private static void assertSucceeds(Class<?> tests, int count) {
        EngineExecutionResults results = run(tests);
        assertThat(failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(count).failed(0));
    }

    private static List<String> failures(EngineExecutionResults results) {
        return results.allEvents().failed().stream()
                .map(event -> event.getPayload().orElseThrow().toString())
                .toList();
    }

    private static void assertIsClosed(Pipit pipit) {
        assertThatThrownBy(() -> pipit.publish("t", "x", QoS.AT_MOST_ONCE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the broker is closed");
    }

    // What is run looks like the tests of others.

    @EmbeddedPipit(set = "queue.max-messages=7")
    static final class Fresh {
        private final Pipit ofTheConstructor;

        Fresh(Pipit pipit) {
            ofTheConstructor = pipit;
        }

        @BeforeEach
        void remember(Pipit pipit) {
            GIVEN.add(pipit);
            assertThat(pipit).isSameAs(ofTheConstructor);
        }

        @Test
        void one(Pipit pipit, MqttClient alice, MqttClient bob) throws Exception {
            assertThat(pipit).isSameAs(GIVEN.getLast());
            assertThat(alice).isNotSameAs(bob);
            var heard = new LinkedBlockingQueue<String>();
            bob.subscribe(
                    "t",
                    QoS.EXACTLY_ONCE,
                    message -> heard.add(message.payload().toText()));
            alice.publish(io.pipit.client.Message.of("t", "hello", QoS.EXACTLY_ONCE));
            assertThat(heard.take()).isEqualTo("hello");
        }

        @Test
        void other(Pipit pipit) {
            assertThat(pipit).isSameAs(GIVEN.getLast());
        }

        @Test
        void withoutParameter_isNothingSpecial() {
            assertThat(GIVEN).isNotEmpty();
        }
    }

    @Test
    void fresh_isAnotherForEachTestAndClosedAfterIt() {
        assertSucceeds(Fresh.class, 3);
        assertThat(GIVEN).hasSize(3).doesNotHaveDuplicates().allSatisfy(PipitExtensionTest::assertIsClosed);
    }

    @EmbeddedPipit(shared = true, webSocket = true)
    static final class Shared {
        @BeforeAll
        static void publish(Pipit pipit) throws Exception {
            GIVEN.add(pipit);
            pipit.publish(io.pipit.broker.LocalMessage.of("t", "before", QoS.AT_LEAST_ONCE)
                    .retained());
        }

        @AfterAll
        static void remember(Pipit pipit) {
            GIVEN.add(pipit);
            assertThat(pipit.webSocketPort()).isPositive();
        }

        @Test
        void one(Pipit pipit) {
            GIVEN.add(pipit);
        }

        @Nested
        final class Inner {
            @Test
            void other(Pipit pipit, MqttClient client) throws Exception {
                GIVEN.add(pipit);
                var heard = new LinkedBlockingQueue<String>();
                client.subscribe(
                        "t",
                        QoS.AT_LEAST_ONCE,
                        message -> heard.add(message.payload().toText()));
                assertThat(heard.take()).isEqualTo("before");
            }
        }
    }

    @Test
    void shared_isTheSameForTheClassAndClosedAfterIt() {
        assertSucceeds(Shared.class, 2);
        assertThat(GIVEN).hasSize(4).containsOnly(GIVEN.getFirst());
        assertIsClosed(GIVEN.getFirst());
    }

    static final class OnMethods {
        @EmbeddedPipit
        @Test
        void one(Pipit pipit) {
            GIVEN.add(pipit);
        }

        @EmbeddedPipit
        @Test
        void other(Pipit pipit) {
            GIVEN.add(pipit);
        }
    }

    @Test
    void onMethods_isFresh() {
        assertSucceeds(OnMethods.class, 2);
        assertThat(GIVEN).hasSize(2).doesNotHaveDuplicates().allSatisfy(PipitExtensionTest::assertIsClosed);
    }

    static final class ByField {
        private static final Authenticator NOBODY = (connect, peer, answer) ->
                answer.accept(new Authenticator.Decision.Refused(ReasonCode.BANNED, "nobody may"));

        @RegisterExtension
        static final PipitExtension EXTENSION = PipitExtension.shared(builder -> builder.authenticator(NOBODY));

        @Test
        void one(Pipit pipit) {
            GIVEN.add(pipit);
            try (MqttClient client = new MqttClient(
                    io.pipit.client.ClientOptions.builder(pipit.url()).build())) {
                assertThatThrownBy(client::connect)
                        .isInstanceOfSatisfying(
                                MqttException.class,
                                refused -> assertThat(refused.reasonCode()).isEqualTo(ReasonCode.BANNED));
            }
        }

        @Test
        void other(Pipit pipit) {
            GIVEN.add(pipit);
        }
    }

    @Test
    void byField_hasTheConfigurationOfItsCode() {
        assertSucceeds(ByField.class, 2);
        assertThat(GIVEN).hasSize(2).containsOnly(GIVEN.getFirst());
        assertIsClosed(GIVEN.getFirst());
    }

    @EmbeddedPipit
    static final class FreshForAClass {
        @BeforeAll
        static void begin(Pipit pipit) {
            GIVEN.add(pipit);
        }

        @Test
        void one() {}
    }

    @Test
    void freshForAClass_saysWhatToDo() {
        assertThat(failures(run(FreshForAClass.class)))
                .singleElement()
                .asString()
                .contains("a fresh broker belongs to one test: share it, to have it for the whole class");
        assertThat(GIVEN).isEmpty();
    }

    static final class SharedByAMethod {
        @EmbeddedPipit(shared = true)
        @Test
        void one(Pipit pipit) {
            GIVEN.add(pipit);
        }
    }

    @Test
    void sharedByAMethod_saysWhereItBelongs() {
        assertThat(failures(run(SharedByAMethod.class)))
                .singleElement()
                .asString()
                .contains("@EmbeddedPipit(shared = true) belongs on the class");
    }

    @EmbeddedPipit(set = {"queue.max-mesages=1"})
    static final class Misspelt {
        @Test
        void one(Pipit pipit) {
            GIVEN.add(pipit);
        }
    }

    @Test
    void misspeltKey_saysWhichIsMeant() {
        assertThat(failures(run(Misspelt.class)))
                .singleElement()
                .asString()
                .contains("unknown key queue.max-mesages")
                .contains("queue.max-messages");
    }
}
