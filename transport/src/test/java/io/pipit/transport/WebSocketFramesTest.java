package io.pipit.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WebSocketFramesTest {
    private static final int MASK = 0x89ABCDEF;

    /** A masked, final binary frame, written by the rules of RFC 6455, section 5.2. */
    private static ByteBuf frame(byte[] payload) {
        ByteBuf frame = Unpooled.buffer(14 + payload.length).writeByte(0x82);
        if (payload.length <= 125) {
            frame.writeByte(0x80 | payload.length);
        } else if (payload.length <= 0xFFFF) {
            frame.writeByte(0x80 | 126).writeShort(payload.length);
        } else {
            frame.writeByte(0x80 | 127).writeLong(payload.length);
        }
        frame.writeInt(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.writeByte(payload[i] ^ (MASK >>> (24 - 8 * (i % 4))));
        }
        return frame;
    }

    private static byte[] payload(int size) {
        byte[] payload = new byte[size];
        new Random(size).nextBytes(payload);
        return payload;
    }

    private static byte[] received(EmbeddedChannel channel) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuf part = channel.readInbound(); part != null; part = channel.readInbound()) {
            all.writeBytes(ByteBufUtil.getBytes(part));
            part.release();
        }
        return all.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 128, 255, 256, 65_535, 65_536, 100_000})
    void frame_ofEachFormOfLength_isUnmasked(int size) {
        EmbeddedChannel channel = new EmbeddedChannel(new WebSocketFrames(Unpooled.EMPTY_BUFFER));
        byte[] payload = payload(size);

        channel.writeInbound(frame(payload));

        assertThat(received(channel)).isEqualTo(payload);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 13, 64})
    void frames_inPiecesOfAnySize_areJoined(int piece) {
        EmbeddedChannel channel = new EmbeddedChannel(new WebSocketFrames(Unpooled.EMPTY_BUFFER));
        byte[] first = payload(300);
        byte[] second = payload(77);
        ByteBuf frames = Unpooled.wrappedBuffer(frame(first), frame(second));

        while (frames.isReadable()) {
            int size = Math.min(piece, frames.readableBytes());
            channel.writeInbound(Unpooled.copiedBuffer(frames.readSlice(size)));
        }

        assertThat(received(channel)).startsWith(first).endsWith(second).hasSize(377);
    }
}
