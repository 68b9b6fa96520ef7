package io.pipit.transport;

import io.pipit.broker.spi.ConnectionEvents;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.NetworkConnection;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.Publish;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hears the events of one connection, and does with each packet what the test says. */
final class Recorder implements ConnectionEvents {
    /** Events that carry nothing. */
    enum Event {
        WRITABLE,
        CLOSED
    }

    private final NetworkConnection connection;
    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private final AtomicReference<Loop> loop;
    private final AtomicLong bytesReceived = new AtomicLong();
    private final AtomicLong bytesSent = new AtomicLong();
    private Consumer<Packet> always = packet -> {};

    Recorder(NetworkConnection connection, Loop loop) {
        this.connection = connection;
        this.loop = new AtomicReference<>(loop);
    }

    NetworkConnection connection() {
        return connection;
    }

    Loop loop() {
        return loop.get();
    }

    long bytesReceived() {
        return bytesReceived.get();
    }

    long bytesSent() {
        return bytesSent.get();
    }

    /** Does this with every packet; to be said before the first comes, or on the loop. */
    Recorder always(Consumer<Packet> reaction) {
        always = reaction;
        return this;
    }

    /** Moves to another loop; its {@code arrived} follows. */
    void move(Loop target, Runnable arrived) {
        connection.move(target, () -> {
            loop.set(target);
            arrived.run();
        });
    }

    /** Runs on the connection's loop. */
    void run(Runnable task) {
        loop().execute(task);
    }

    /** What happened next: a Packet, a ProtocolException or an Event. */
    Object next() throws InterruptedException {
        @Nullable Object event = heard.poll(10, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("nothing happened for 10 s");
        }
        return event;
    }

    /** Whether nothing has happened that was not asked for. */
    boolean isSilent() {
        return heard.isEmpty();
    }

    @Override
    public void received(Packet packet) {
        requireLoop();
        if (packet instanceof Publish publish) {
            publish.payload().keep();
        }
        heard.add(packet);
        always.accept(packet);
    }

    @Override
    public void malformed(ProtocolException fault) {
        requireLoop();
        heard.add(fault);
    }

    @Override
    public void bytesReceived(long bytes) {
        bytesReceived.addAndGet(bytes);
    }

    @Override
    public void bytesSent(long bytes) {
        bytesSent.addAndGet(bytes);
    }

    @Override
    public void writable() {
        requireLoop();
        heard.add(Event.WRITABLE);
    }

    @Override
    public void closed() {
        heard.add(Event.CLOSED);
    }

    private void requireLoop() {
        if (!loop().inLoop()) {
            throw new AssertionError("an event outside of " + loop());
        }
    }
}
