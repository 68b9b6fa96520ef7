package io.pipit.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the HTTP request that opens a WebSocket, answers it, and makes room for the frames. Whoever asks for
 * anything else is told in plain text what is wrong.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the pipeline hears the same
final class WebSocketHandshake extends SimpleChannelInboundHandler<HttpObject> {
    private final HttpRequestDecoder requests;
    private final WebSocketSettings settings;
    private final Opening opening;
    private @Nullable HttpRequest request;
    private @Nullable ScheduledFuture<?> timeout;
    private boolean answered;

    WebSocketHandshake(HttpRequestDecoder requests, WebSocketSettings settings, Opening opening) {
        this.requests = requests;
        this.settings = settings;
        this.opening = opening;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (!settings.handshakeTimeout().isZero()) {
            timeout = context.executor()
                    .schedule(
                            () -> refuse(
                                    context, new WebSocketAnswer.Refused("408 Request Timeout", "No request came.")),
                            settings.handshakeTimeout().toNanos(),
                            TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (timeout != null) {
            timeout.cancel(false);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
        if (answered) {
            return;
        }
        if (part.decoderResult().isFailure()) {
            refuse(
                    context,
                    new WebSocketAnswer.Refused("400 Bad Request", "This is no HTTP request of moderate size."));
            return;
        }
        if (part instanceof HttpRequest begun) {
            request = begun;
        }
        if (part instanceof HttpContent content && content.content().isReadable()) {
            refuse(context, new WebSocketAnswer.Refused("400 Bad Request", "A request without a body is expected."));
        } else if (part instanceof LastHttpContent && request != null) {
            answer(context, request);
        }
    }

    private void answer(ChannelHandlerContext context, HttpRequest asked) {
        switch (WebSocketAnswer.to(asked, settings)) {
            case WebSocketAnswer.Accepted accepted -> upgrade(context, accepted);
            case WebSocketAnswer.Refused refused -> refuse(context, refused);
        }
    }

    private void upgrade(ChannelHandlerContext context, WebSocketAnswer.Accepted accepted) {
        answered = true;
        context.writeAndFlush(bytes(context, accepted.toHttp()));
        ChannelPipeline pipeline = context.pipeline();
        pipeline.addLast(new WebSocketFrames(opening.endOfStream()));
        opening.open(new Connection(opening.channel(), opening.loop(), opening.peer(), StreamEnd.BY_US));
        // What came behind the request goes on to the frames as the decoder leaves.
        pipeline.remove(requests);
        pipeline.remove(this);
    }

    private void refuse(ChannelHandlerContext context, WebSocketAnswer.Refused refused) {
        if (!answered) {
            answered = true;
            context.writeAndFlush(bytes(context, refused.toHttp())).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private static ByteBuf bytes(ChannelHandlerContext context, String text) {
        return ByteBufUtil.writeUtf8(context.alloc(), text);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !answered) {
            context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            opening.loop().faults().endedConnection(opening.peer(), cause);
        }
        context.close();
    }
}
