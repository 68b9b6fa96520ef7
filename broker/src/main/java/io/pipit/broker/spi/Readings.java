package io.pipit.broker.spi;

import java.util.Map;

/** Numbers of a part around the broker, which the broker shows below {@code $SYS/broker/}. */
@FunctionalInterface
public interface Readings {
    /** All of them now, by topic below {@code $SYS/broker/}: any thread; returns quickly. */
    Map<String, Long> now();
}
