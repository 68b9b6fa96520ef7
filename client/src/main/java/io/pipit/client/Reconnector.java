package io.pipit.client;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connects again after one loss, on a thread of its own that ends with the next connection, with a failure that will
 * not pass, or with {@link #stop}.
 */
final class Reconnector implements Runnable {
    private final ClientSession session;
    private final Connector connector;
    private final BackOff backOff;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable Thread thread;
    private MqttException cause;

    Reconnector(ClientSession session, Connector connector, BackOff backOff, MqttException cause) {
        this.session = session;
        this.connector = connector;
        this.backOff = backOff;
        this.cause = cause;
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
            boolean over = false;
            while (!over) {
                Duration delay = backOff.next();
                session.reconnecting(this, cause, delay);
                over = stopped.await(delay.toNanos(), TimeUnit.NANOSECONDS) || attempt();
            }
        } catch (InterruptedException interrupted) {
            session.gaveUp(this, new MqttException(Failure.NOT_CONNECTED, "connecting was interrupted", interrupted));
        } finally {
            thread = null;
        }
    }

    /** Whether it was the last attempt. */
    private boolean attempt() {
        try {
            Connection connection = connector.open();
            if (!session.connected(connection, this)) {
                connection.leaveAtOnce();
            }
            return true;
        } catch (MqttException failed) {
            if (failed.isTransient()) {
                cause = failed;
                return false;
            }
            session.gaveUp(this, failed);
            return true;
        } catch (RuntimeException thrown) {
            session.gaveUp(
                    this, new MqttException(Failure.LISTENER_FAILED, "a listener failed while connecting", thrown));
            return true;
        }
    }

    /** Ends it soon; what it still reaches is not taken. */
    void stop() {
        stopped.countDown();
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }
}
