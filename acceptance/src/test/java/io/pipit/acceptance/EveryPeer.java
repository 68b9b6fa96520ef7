package io.pipit.acceptance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** A scenario that runs once for each {@link Peer} of these versions with these abilities; its parameter is the peer. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@ParameterizedTest(name = "{0}")
@ArgumentsSource(Peers.class)
@interface EveryPeer {
    Version[] versions() default {Version.V3_1, Version.V3_1_1, Version.V5};

    Ability[] needs() default {};
}
