package io.pipit.mqtt;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the normative statements that a test proves, by their numbers in the specification: {@code @Spec("MQTT-3.3.2-2")}.
 *
 * <p>The number is written as MQTT 5.0 prints it; a statement that only MQTT 3.1.1 has carries its number there with the
 * prefix {@code 3.1.1:}, as in {@code @Spec("3.1.1:MQTT-3.1.3-8")}. A test names at most three: one that proves more is
 * more than one test.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Spec {
    /** One to three statement numbers, such as {@code MQTT-3.3.2-2}. */
    String[] value();
}
