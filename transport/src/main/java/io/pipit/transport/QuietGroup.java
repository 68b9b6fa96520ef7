package io.pipit.transport;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * Event loops whose end starts no thread. Netty's own tell their group of their end on a thread for the whole process,
 * which is no daemon and goes on for a second: a program that closes a broker would see a thread that it has not closed.
 */
final class QuietGroup extends MultiThreadIoEventLoopGroup {
    /**
     * Starts loops.
     *
     * @param count at least 1
     */
    QuietGroup(int count, ThreadFactory threads, IoHandlerFactory ioHandlers) {
        super(count, threads, ioHandlers);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory ioHandlers, Object... defaults) {
        return new QuietLoop(this, executor, ioHandlers, new DefaultPromise<>(ImmediateEventExecutor.INSTANCE));
    }

    private static final class QuietLoop extends SingleThreadIoEventLoop {
        private final Promise<Void> ended;

        QuietLoop(IoEventLoopGroup group, Executor executor, IoHandlerFactory ioHandlers, Promise<Void> ended) {
            super(group, (Executor) task -> executor.execute(() -> run(task, ended)), ioHandlers);
            this.ended = ended;
        }

        private static void run(Runnable task, Promise<Void> ended) {
            try {
                task.run();
            } finally {
                ended.setSuccess(null);
            }
        }

        @Override
        public Future<?> terminationFuture() {
            return ended;
        }
    }
}
