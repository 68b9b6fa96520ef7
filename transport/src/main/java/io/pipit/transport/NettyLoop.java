package io.pipit.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.SingleThreadIoEventLoop;
import io.pipit.broker.spi.Loop;
import io.pipit.mqtt.TopicNames;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One of Netty's event loops as the broker sees it. A turn is: what the network has to tell, then the tasks that
 * were handed in, then the end: the broker's end-of-turn tasks, one flush for every connection that was written to,
 * and the end of what was borrowed from the read buffer. All but {@link #execute} is confined to its thread.
 */
final class NettyLoop implements Loop {
    private static final int TOPIC_SLOTS = 1 << 14;

    private final int index;
    private final SingleThreadIoEventLoop eventLoop;
    private final Faults faults;
    private final ReadBuffer readBuffer;
    private final SendBuffers sendBuffers = new SendBuffers();
    private final TopicNames topics = new TopicNames(TOPIC_SLOTS);
    private final ArrayDeque<Runnable> endOfTurnTasks = new ArrayDeque<>();
    private final List<Connection> written = new ArrayList<>();
    private final Runnable endTurn = this::endTurn;
    private boolean endAwaited;

    NettyLoop(int index, SingleThreadIoEventLoop eventLoop, Faults faults) {
        this.index = index;
        this.eventLoop = eventLoop;
        this.faults = faults;
        this.readBuffer = new ReadBuffer();
    }

    SingleThreadIoEventLoop eventLoop() {
        return eventLoop;
    }

    /** The Topic Names seen on this loop. */
    TopicNames topics() {
        return topics;
    }

    /** The memory that its connections gather in what they send. */
    SendBuffers sendBuffers() {
        return sendBuffers;
    }

    Faults faults() {
        return faults;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    /** Hands in a task; one that comes when the loop has ended is forgotten, as there is nothing left to act on. */
    @Override
    public void execute(Runnable task) {
        try {
            eventLoop.execute(task);
        } catch (RejectedExecutionException ended) {
            if (!eventLoop.isShuttingDown()) {
                throw ended;
            }
        }
    }

    @Override
    public Scheduled schedule(long delayNanos, Runnable task) {
        assert inLoop();
        ScheduledFuture<?> future = eventLoop.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    /** Runs a task whose failure nobody else would hear of. */
    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error fault) {
            faults.brokeTask(fault);
        }
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        assert inLoop();
        endOfTurnTasks.add(task);
        awaitEndOfTurn();
    }

    /** Flushes a connection at the end of this turn. */
    void flushAtEndOfTurn(Connection connection) {
        written.add(connection);
        awaitEndOfTurn();
    }

    /** A buffer for the network to fill; its taker releases it when it has read. */
    ByteBuf takeReadBuffer() {
        return readBuffer.take();
    }

    /** A copy of what came, from which others may borrow until this turn ends. */
    ByteBuf borrowable(ByteBuf bytes) {
        awaitEndOfTurn();
        return readBuffer.copy(bytes);
    }

    private void awaitEndOfTurn() {
        if (!endAwaited) {
            endAwaited = true;
            eventLoop.executeAfterEventLoopIteration(endTurn);
        }
    }

    private void endTurn() {
        do {
            runEndOfTurnTasks();
            flushWritten();
        } while (!endOfTurnTasks.isEmpty());
        readBuffer.reset();
        endAwaited = false;
    }

    private void runEndOfTurnTasks() {
        for (Runnable task = endOfTurnTasks.poll(); task != null; task = endOfTurnTasks.poll()) {
            run(task);
        }
    }

    private void flushWritten() {
        for (int i = 0; i < written.size(); i++) {
            written.get(i).flush();
        }
        written.clear();
    }

    /** Gives its memory back, when its thread has ended. */
    void release() {
        readBuffer.release();
    }

    @Override
    public String toString() {
        return "loop " + index;
    }
}
