package io.pipit.store;

import io.pipit.broker.spi.Clock;

/** The machine's own time. */
final class SystemTime implements Clock {
    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }
}
