package io.pipit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test, or all tests of a class, a broker: a parameter of type {@link io.pipit.server.Pipit} is the running
 * broker, each one of type {@link io.pipit.client.MqttClient} a client of its own, connected to it by TCP with
 * MQTT 5.0 and an identifier that the broker has chosen.
 *
 * <pre>{@code
 * @EmbeddedPipit
 * final class GardenTest {
 *     @Test
 *     void lamp_isToldToShine(Pipit pipit, MqttClient lamp) throws Exception {
 *         var told = new LinkedBlockingQueue<String>();
 *         lamp.subscribe("garden/lamp", QoS.AT_LEAST_ONCE, message -> told.add(message.payload().toText()));
 *         pipit.publish("garden/lamp", "on", QoS.AT_LEAST_ONCE);
 *         assertEquals("on", told.take());
 *     }
 * }
 * }</pre>
 *
 * <p>The broker listens on a free port of this machine and keeps everything in memory. It starts when the first parameter
 * asks for it. Unless it is {@link #shared}, every test has one of its own, the same in its constructor,
 * {@code @BeforeEach} and {@code @AfterEach} methods; after the test its clients disconnect and it is closed. What needs
 * code to be configured, an authenticator for instance, is said to a {@link PipitExtension} in a field.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(PipitExtension.class)
public @interface EmbeddedPipit {
    /**
     * Whether one broker serves all tests of the class, those of nested classes and its {@code @BeforeAll} methods
     * included; clients still belong to one test. Only on a class.
     */
    boolean shared() default false;

    /** Whether it listens for WebSocket, too: {@link io.pipit.server.Pipit#webSocketPort}. */
    boolean webSocket() default false;

    /** Keys of the configuration: {@code "queue.max-messages=10"}. */
    String[] set() default {};
}
