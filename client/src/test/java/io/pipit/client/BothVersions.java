package io.pipit.client;

import io.pipit.mqtt.ProtocolVersion;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A test that runs in 3.1.1 and in 5.0; its parameter is the {@link ProtocolVersion}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@ParameterizedTest
@EnumSource(
        value = ProtocolVersion.class,
        names = {"MQTT_3_1_1", "MQTT_5_0"})
@interface BothVersions {}
