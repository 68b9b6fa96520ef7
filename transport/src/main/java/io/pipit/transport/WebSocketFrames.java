package io.pipit.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * The frames of a WebSocket (RFC 6455, section 5). Incoming payloads are unmasked and closed up where they lie in
 * the read buffer, so what leaves is the plain stream of MQTT; frames are not gathered, so their size needs no
 * bound: that of the packets is the decoder's. What goes out is one binary frame per buffer.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the pipeline hears the same
final class WebSocketFrames extends ChannelDuplexHandler {
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private static final int FINAL = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int LENGTH = 0x7F;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MOST_CONTROL_BYTES = 125;

    private static final int NORMAL_CLOSURE = 1000;
    private static final int PROTOCOL_ERROR = 1002;
    private static final int UNSUPPORTED_DATA = 1003;

    private final Object endOfStream;
    private final byte[] header = new byte[14];
    private final byte[] control = new byte[MOST_CONTROL_BYTES];
    private int headerSize;
    private int controlSize;
    private boolean inPayload;
    private long payloadLeft;
    private int mask;
    private int opcode;
    private boolean inMessage;
    private int closeCode = NORMAL_CLOSURE;
    private boolean ended;

    /**
     * Of a connection that begins.
     *
     * @param endOfStream what is written behind the last frame
     */
    WebSocketFrames(Object endOfStream) {
        this.endOfStream = endOfStream;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        int start = in.readerIndex();
        int end = start;
        while (in.isReadable() && !ended) {
            if (inPayload) {
                end += takePayload(in, end);
            } else if (takeHeader(in)) {
                beginFrame();
            }
            if (inPayload && payloadLeft == 0 && !ended) {
                endFrame(context);
            }
        }
        in.setIndex(start, end);
        if (in.isReadable()) {
            context.fireChannelRead(in);
        } else {
            in.release();
        }
        if (ended) {
            context.fireUserEventTriggered(StreamEnd.BY_PEER);
        }
    }

    /** Takes bytes of a frame's header; true when it is complete. */
    private boolean takeHeader(ByteBuf in) {
        while (in.isReadable()) {
            header[headerSize++] = in.readByte();
            if (headerSize >= 2 && headerSize == sizeOfHeader()) {
                return true;
            }
        }
        return false;
    }

    private int sizeOfHeader() {
        int masking = (header[1] & MASKED) == 0 ? 0 : 4;
        return 2
                + masking
                + switch (header[1] & LENGTH) {
                    case LENGTH_16 -> 2;
                    case LENGTH_64 -> 8;
                    default -> 0;
                };
    }

    private void beginFrame() {
        int length = header[1] & LENGTH;
        boolean isFinal = (header[0] & FINAL) != 0;
        int newOpcode = header[0] & 0x0F;
        boolean isControl = newOpcode >= CLOSE;
        boolean known = newOpcode <= BINARY || (isControl && newOpcode <= PONG);
        if (!known
                || (header[0] & RESERVED) != 0
                || (header[1] & MASKED) == 0
                || (isControl && (!isFinal || length > MOST_CONTROL_BYTES))
                || (!isControl && (newOpcode == CONTINUATION) != inMessage)) {
            end(PROTOCOL_ERROR);
            return;
        }
        if (newOpcode == TEXT) {
            end(UNSUPPORTED_DATA); // [MQTT-6.0.0-1]
            return;
        }
        long size = switch (length) {
            case LENGTH_16 -> bigEndian(2, 2);
            case LENGTH_64 -> bigEndian(2, 8);
            default -> length;
        };
        if (size < 0) {
            end(PROTOCOL_ERROR);
            return;
        }
        opcode = newOpcode;
        if (!isControl) {
            inMessage = !isFinal;
        }
        mask = (int) bigEndian(headerSize - 4, 4);
        payloadLeft = size;
        controlSize = 0;
        headerSize = 0;
        inPayload = true;
    }

    private long bigEndian(int from, int count) {
        long value = 0;
        for (int i = from; i < from + count; i++) {
            value = value << 8 | (header[i] & 0xFF);
        }
        return value;
    }

    /** Takes payload, and puts that of a data frame to {@code target}; returns how much that is. */
    private int takePayload(ByteBuf in, int target) {
        int count = (int) Math.min(payloadLeft, in.readableBytes());
        int from = in.readerIndex();
        int to = opcode >= CLOSE ? from : target;
        unmask(in, from, to, count);
        payloadLeft -= count;
        if (opcode >= CLOSE) {
            in.readBytes(control, controlSize, count);
            controlSize += count;
            return 0;
        }
        in.skipBytes(count);
        return count;
    }

    private void unmask(ByteBuf in, int from, int to, int count) {
        long wide = (mask & 0xFFFF_FFFFL) << 32 | (mask & 0xFFFF_FFFFL);
        int i = 0;
        for (; i + Long.BYTES <= count; i += Long.BYTES) {
            in.setLong(to + i, in.getLong(from + i) ^ wide);
        }
        for (; i < count; i++) {
            in.setByte(to + i, in.getByte(from + i) ^ mask >>> 24);
            mask = Integer.rotateLeft(mask, 8);
        }
    }

    private void endFrame(ChannelHandlerContext context) {
        inPayload = false;
        switch (opcode) {
            case CLOSE -> end(controlSize < 2 ? NORMAL_CLOSURE : (control[0] & 0xFF) << 8 | (control[1] & 0xFF));
            case PING -> pong(context);
            default -> {}
        }
    }

    /** The stream ends here, and a close frame with this code will say so. */
    private void end(int code) {
        closeCode = code;
        ended = true;
    }

    /** A ping may go unanswered when a later one is: so a peer that does not read cannot pile up answers. */
    private void pong(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            ByteBuf frame = header(context, PONG, controlSize, controlSize);
            frame.writeBytes(control, 0, controlSize);
            context.writeAndFlush(frame, context.voidPromise());
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message == StreamEnd.BY_US) {
            ByteBuf frame = header(context, CLOSE, 2, 2);
            context.write(frame.writeShort(closeCode), context.voidPromise());
            context.write(endOfStream, promise);
            return;
        }
        ByteBuf payload = (ByteBuf) message;
        if (payload.isReadable()) {
            context.write(header(context, BINARY, payload.readableBytes(), 0), context.voidPromise());
        }
        context.write(payload, promise);
    }

    private static ByteBuf header(ChannelHandlerContext context, int opcode, int length, int room) {
        ByteBuf frame = context.alloc().directBuffer(10 + room);
        frame.writeByte(FINAL | opcode);
        if (length < LENGTH_16) {
            frame.writeByte(length);
        } else if (length <= 0xFFFF) {
            frame.writeByte(LENGTH_16).writeShort(length);
        } else {
            frame.writeByte(LENGTH_64).writeLong(length);
        }
        return frame;
    }
}
