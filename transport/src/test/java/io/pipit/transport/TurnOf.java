package io.pipit.transport;

import io.pipit.broker.spi.Loop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for a turn of a loop. */
final class TurnOf {
    private TurnOf() {}

    static void loop(Loop loop) throws InterruptedException {
        CountDownLatch turned = new CountDownLatch(1);
        loop.execute(turned::countDown);
        if (!turned.await(10, TimeUnit.SECONDS)) {
            throw new AssertionError("the loop stands");
        }
    }
}
