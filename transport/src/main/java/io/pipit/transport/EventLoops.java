package io.pipit.transport;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.pipit.broker.spi.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** The event loops of one broker, each a thread, and their memory. Any thread. */
@SuppressWarnings("FutureReturnValueIgnored") // the pipeline hears the same
public final class EventLoops implements AutoCloseable {
    private static final long STOP_TIMEOUT_SECONDS = 5;

    private final Engine engine;
    private final ByteBufAllocator allocator = new AdaptiveByteBufAllocator(true);
    private final Faults faults = new Faults();
    private final MultiThreadIoEventLoopGroup group;
    private final List<NettyLoop> loops = new ArrayList<>();
    /** A channel whose peer has closed may have left its loop, which then does not close it at its end. */
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();

    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    /**
     * Starts loops.
     *
     * @param count at least 1
     */
    public EventLoops(int count, Engine engine) {
        if (count < 1) {
            throw new IllegalArgumentException(count + " event loops are too few");
        }
        this.engine = engine;
        group = new QuietGroup(count, (ThreadFactory) this::newThread, engine.ioHandlers());
        for (EventExecutor eventLoop : group) {
            loops.add(new NettyLoop(loops.size(), (SingleThreadIoEventLoop) eventLoop, faults));
        }
    }

    private Thread newThread(Runnable task) {
        Thread thread = new FastThreadLocalThread(task, "pipit-loop-" + threads.size());
        threads.add(thread);
        return thread;
    }

    /** The loops in the order of their index. */
    public List<Loop> loops() {
        return List.copyOf(loops);
    }

    /** How many connections ended, and tasks failed, by a fault of our own. */
    public long faults() {
        return faults.count();
    }

    Engine engine() {
        return engine;
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    MultiThreadIoEventLoopGroup group() {
        return group;
    }

    /** A connection was accepted. */
    void opened(Channel channel) {
        open.add(channel);
        channel.closeFuture().addListener(closed -> open.remove(channel));
    }

    @SuppressWarnings("ReferenceEquality") // this very loop
    NettyLoop of(EventLoop eventLoop) {
        for (NettyLoop loop : loops) {
            if (loop.eventLoop() == eventLoop) {
                return loop;
            }
        }
        throw new IllegalArgumentException("an event loop of others");
    }

    /** Ends the loops, and with them every connection; returns when their threads have ended. */
    @Override
    public void close() {
        open.forEach(Channel::close);
        group.shutdownGracefully(0, STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        try {
            for (Thread thread : threads) {
                thread.join(Duration.ofSeconds(2 * STOP_TIMEOUT_SECONDS));
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        if (group.isTerminated()) {
            loops.forEach(NettyLoop::release);
        }
    }
}
