package io.pipit.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.PingReq;
import io.pipit.mqtt.ProtocolVersion;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one connection has to send. Any thread puts packets in; they are encoded at once into one buffer, which the
 * writer thread takes and writes as a whole, so packets gather while it writes. It also keeps the connection alive.
 */
final class Outbox {
    /** So many bytes may wait before publishers have to. */
    private static final int ROOM_BYTES = 256 * 1024;

    private static final int BUFFER_SIZE = 1024;
    /** A buffer that has grown beyond this is not kept. */
    private static final int KEPT_BUFFER_SIZE = 1024 * 1024;

    private enum State {
        OPEN,
        /** What is there goes out, nothing more comes in. */
        FINISHING,
        CLOSED
    }

    private final Transport transport;
    private final ProtocolVersion version;
    private final PacketListener listener;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition drained = lock.newCondition();

    @GuardedBy("lock")
    private final KeepAlive keepAlive;

    @GuardedBy("lock")
    private ByteBuf filling = Unpooled.buffer(BUFFER_SIZE);

    @GuardedBy("lock")
    private State state = State.OPEN;

    /** The reader is busy with a packet instead of reading. */
    private volatile boolean handling;

    /** The writer's, empty between two batches. */
    private ByteBuf spare = Unpooled.buffer(BUFFER_SIZE);

    Outbox(Transport transport, ProtocolVersion version, PacketListener listener, KeepAlive keepAlive, Clock clock) {
        this.transport = transport;
        this.version = version;
        this.listener = listener;
        this.keepAlive = keepAlive;
        this.clock = clock;
    }

    /** Waits until little enough is waiting, or the outbox has ended. */
    void awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (state == State.OPEN && filling.readableBytes() >= ROOM_BYTES) {
                drained.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Adds a packet without waiting; it is dropped when the outbox has ended. */
    void put(Packet packet) {
        lock.lock();
        try {
            if (state == State.OPEN) {
                PacketEncoder.encode(packet, version, filling);
                listener.sent(packet);
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Adds a last packet; when all is sent the writer ends the stream. */
    void finish(Packet last) {
        lock.lock();
        try {
            put(last);
            finish();
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more packets; when all are sent the writer ends the stream. */
    void finish() {
        lock.lock();
        try {
            if (state == State.OPEN) {
                state = State.FINISHING;
                filled.signal();
                drained.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Drops what is left; the writer ends. */
    void close() {
        lock.lock();
        try {
            state = State.CLOSED;
            filled.signal();
            drained.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The packet that arrived last has been taken care of; the client reads on. */
    void handled() {
        handling = false;
    }

    /** A packet has arrived from the server. Until {@link #handled} nothing is read, and no answer is missed. */
    void received() {
        handling = true;
        lock.lock();
        try {
            if (keepAlive.received()) {
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Writes until the outbox ends: the writer thread. */
    void drain() throws IOException, InterruptedException {
        while (awaitPackets()) {
            ByteBuf batch = spare;
            transport.write(batch.array(), batch.arrayOffset() + batch.readerIndex(), batch.readableBytes());
            spare = batch.capacity() > KEPT_BUFFER_SIZE ? Unpooled.buffer(BUFFER_SIZE) : batch.clear();
        }
    }

    /** Waits for packets and swaps them into {@code spare}; false at the end. */
    private boolean awaitPackets() throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (state == State.OPEN && !filling.isReadable()) {
                long now = clock.nanoseconds();
                if (handling) {
                    keepAlive.notReading(now);
                }
                switch (keepAlive.next(now)) {
                    case PING -> put(new PingReq());
                    case GIVE_UP ->
                        throw new MqttException(Failure.TIMED_OUT, "the server did not answer PINGREQ in time");
                    case WAIT -> filled.awaitNanos(keepAlive.nanosecondsToWait(now));
                }
            }
            if (state == State.CLOSED) {
                return false;
            }
            if (!filling.isReadable()) {
                transport.finish();
                return false;
            }
            ByteBuf batch = filling;
            filling = spare;
            spare = batch;
            keepAlive.sent(clock.nanoseconds());
            drained.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }
}
