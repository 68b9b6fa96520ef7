package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A PUBLISH whose header has been read and whose payload comes in bit by bit, into an array of its own. */
final class LargePublish {
    private final Publish withoutPayload;
    private final byte[] payload;
    private int filled;

    /** One whose payload will be so many bytes, within the limit of the packet size. */
    LargePublish(Publish withoutPayload, int payloadSize) {
        this.withoutPayload = withoutPayload;
        this.payload = new byte[payloadSize];
    }

    /** The memory that the payload holds. */
    int heldBytes() {
        return payload.length;
    }

    /** Takes what has come of the payload; the packet when that was the rest. */
    @Nullable
    Publish fill(ByteBuf in) {
        int size = Math.min(in.readableBytes(), payload.length - filled);
        in.readBytes(payload, filled, size);
        filled += size;
        return filled < payload.length ? null : withoutPayload.with(Payload.owning(payload));
    }
}
