package io.pipit.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** Waits for the first message of a TLS handshake, and then puts a handler for the host that it names in its place. */
@SuppressWarnings("FutureReturnValueIgnored") // the pipeline hears the same
final class ServerNameHandler extends AbstractSniHandler<SslHandler> {
    private static final int MOST_HELLO_BYTES = 16 << 10;

    private final TlsStage stage;

    ServerNameHandler(TlsStage stage) {
        super(MOST_HELLO_BYTES, 0);
        this.stage = stage;
    }

    @Override
    protected Future<SslHandler> lookup(ChannelHandlerContext context, @Nullable String hostName) {
        SslHandler handler = stage.newHandler(hostName, context.alloc());
        return handler == null
                ? context.executor().newFailedFuture(new ClosedChannelException())
                : context.executor().newSucceededFuture(handler);
    }

    @Override
    protected void onLookupComplete(
            ChannelHandlerContext context, @Nullable String hostName, Future<SslHandler> found) {
        if (found.isSuccess()) {
            context.pipeline().replace(this, null, found.getNow());
        } else {
            context.close();
        }
    }
}
