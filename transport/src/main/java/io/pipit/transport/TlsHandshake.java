package io.pipit.transport;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.X509Certificate;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the end of a TLS handshake, and makes room for what is above; afterwards it translates between that and TLS
 * what each says about the end of the stream. Confined to the loop of its channel.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the pipeline hears the same
final class TlsHandshake extends ChannelDuplexHandler {
    private enum State {
        UNDER_WAY,
        COMPLETED,
        FAILED
    }

    private static final String[] NO_CIPHERS = {};

    private final TlsStage stage;
    private final Opening opening;
    private State state = State.UNDER_WAY;
    private @Nullable ScheduledFuture<?> timeout;

    TlsHandshake(TlsStage stage, Opening opening) {
        this.stage = stage;
        this.opening = opening;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (!stage.handshakeTimeout().isZero()) {
            timeout = context.executor()
                    .schedule(
                            () -> fail(context, TlsFailure.TIMEOUT, "after " + stage.handshakeTimeout()),
                            stage.handshakeTimeout().toNanos(),
                            TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        fail(context, TlsFailure.CLOSED, "the connection has ended");
    }

    private void cancelTimeout() {
        if (timeout != null) {
            timeout.cancel(false);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent ended) {
            if (ended.isSuccess()) {
                complete(context);
            } else {
                fail(context, ended.cause());
            }
        } else if (event == ChannelInputShutdownEvent.INSTANCE && state == State.UNDER_WAY) {
            fail(context, TlsFailure.CLOSED, "the client has ended the connection");
        } else if (event instanceof SslCloseCompletionEvent) {
            context.fireUserEventTriggered(StreamEnd.BY_PEER);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    private void complete(ChannelHandlerContext context) {
        if (state != State.UNDER_WAY) {
            return;
        }
        X509Certificate certificate = certificate(context);
        String userName = certificate == null ? null : stage.userNameFrom().of(certificate);
        if (certificate != null && userName == null && stage.userNameFrom() != UserNameFrom.NONE) {
            fail(context, TlsFailure.NO_USER_NAME, String.valueOf(certificate.getSubjectX500Principal()));
            return;
        }
        state = State.COMPLETED;
        cancelTimeout();
        refuseAnother(handler(context).engine());
        stage.completed(context.pipeline(), opening.secured(userName));
    }

    /** Clients of TLS 1.2 may ask for another handshake at any time, at our expense. BoringSSL refuses that by itself. */
    private static void refuseAnother(SSLEngine engine) {
        if (!(engine instanceof ReferenceCountedOpenSslEngine)) {
            engine.setEnabledCipherSuites(NO_CIPHERS);
        }
    }

    /** The client's certificate, or null without one. */
    private static @Nullable X509Certificate certificate(ChannelHandlerContext context) {
        try {
            return (X509Certificate) handler(context).engine().getSession().getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException none) {
            return null;
        }
    }

    private static SslHandler handler(ChannelHandlerContext context) {
        return context.pipeline().get(SslHandler.class);
    }

    private void fail(ChannelHandlerContext context, Throwable cause) {
        fail(context, TlsFailure.of(cause), TlsFailure.words(cause));
    }

    private void fail(ChannelHandlerContext context, TlsFailure reason, String detail) {
        if (state == State.UNDER_WAY) {
            state = State.FAILED;
            cancelTimeout();
            stage.failed(reason, opening, detail);
            context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
        Throwable cause =
                thrown instanceof DecoderException && thrown.getCause() instanceof SSLException tls ? tls : thrown;
        switch (state) {
            case UNDER_WAY -> fail(context, cause);
            case COMPLETED -> context.fireExceptionCaught(cause);
            case FAILED -> {} // was told already
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message == StreamEnd.BY_US) {
            context.flush(); // else what waits would come after the end
            handler(context).closeOutbound(promise);
        } else {
            context.write(message, promise);
        }
    }
}
