package io.pipit.acceptance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** A test of what the peers do not do, or do otherwise; not run with {@code -Dbroker=mosquitto}. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@Tag("only-pipit")
@DisabledIfSystemProperty(
        named = BrokerUnderTest.PROPERTY,
        matches = "mosquitto",
        disabledReason = "only Pipit does it")
@interface OnlyPipit {}
