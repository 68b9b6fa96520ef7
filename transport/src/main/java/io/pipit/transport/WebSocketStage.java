package io.pipit.transport;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;

/** The layer that makes a WebSocket out of an HTTP request. */
final class WebSocketStage implements PipelineStage {
    private static final int MOST_LINE_BYTES = 4096;
    private static final int MOST_HEADER_BYTES = 8192;

    private final WebSocketSettings settings;

    WebSocketStage(WebSocketSettings settings) {
        this.settings = settings;
    }

    @Override
    public void addTo(ChannelPipeline pipeline, Opening opening) {
        HttpRequestDecoder requests = new HttpRequestDecoder(
                new HttpDecoderConfig().setMaxInitialLineLength(MOST_LINE_BYTES).setMaxHeaderSize(MOST_HEADER_BYTES));
        pipeline.addLast(requests);
        pipeline.addLast(new WebSocketHandshake(requests, settings, opening));
    }
}
