package io.pipit.mqtt;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the normative statements that a test proves, by their numbers: {@code @Spec("MQTT-3.3.2-2")} for MQTT 5.0,
 * {@code @Spec("3.1.1:MQTT-3.3.2-2")} for MQTT 3.1.1, as {@link Specification} lists them.
 *
 * <p>The numbers of the two versions differ, so a number of one proves nothing of the other. A test names at most three:
 * one that proves more is more than one test.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Spec {
    /** One to three numbers, such as {@code MQTT-3.3.2-2} or {@code 3.1.1:MQTT-3.3.2-2}. */
    String[] value();
}
