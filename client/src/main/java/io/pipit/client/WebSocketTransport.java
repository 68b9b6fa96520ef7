package io.pipit.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The transport over WebSocket (RFC 6455), laid over another one: writes become masked binary frames, and the
 * payloads of the server's binary frames, however fragmented, the bytes to read. Pings are answered, a close frame
 * ends the stream and is answered with one.
 */
final class WebSocketTransport implements Transport {
    private static final int CONTINUATION = 0;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private static final int NORMAL_CLOSURE = 1000;
    private static final int PROTOCOL_ERROR = 1002;
    private static final int UNACCEPTABLE_DATA = 1003;

    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int MAXIMUM_CONTROL_SIZE = 125;

    private final Transport under;
    private final InputStream in;
    private final SecureRandom random;
    /** Writers are the outbox and, with control frames, the reader. */
    private final ReentrantLock writing = new ReentrantLock();

    private long frameLeft;
    private boolean inMessage;
    private boolean ended;
    private volatile boolean closeSent;

    WebSocketTransport(Transport under, InputStream in, SecureRandom random) {
        this.under = under;
        this.in = in;
        this.random = random;
    }

    /** Asks the server to speak WebSocket and goes over to it. */
    static WebSocketTransport upgrade(Transport under, ServerAddress server) throws IOException {
        SecureRandom random = new SecureRandom();
        WebSocketHandshake handshake = WebSocketHandshake.withKey(random);
        byte[] request = handshake.request(server).getBytes(StandardCharsets.ISO_8859_1);
        under.write(request, 0, request.length);
        InputStream in = new TransportInputStream(under);
        handshake.checkResponse(in);
        return new WebSocketTransport(under, in, random);
    }

    @Override
    public int read(byte[] target, int offset, int size) throws IOException {
        while (frameLeft == 0) {
            if (ended || !nextFrame()) {
                ended = true;
                return -1;
            }
        }
        int count = in.read(target, offset, (int) Math.min(size, frameLeft));
        if (count < 0) {
            throw new ProtocolException("the server ended the stream within a WebSocket frame");
        }
        frameLeft -= count;
        return count;
    }

    /** Reads frame headers, and whole control frames, up to the next payload; false at the end. */
    private boolean nextFrame() throws IOException {
        int first = in.read();
        if (first < 0) {
            return false;
        }
        int opcode = first & 0x0F;
        boolean fin = (first & FIN) != 0;
        int second = octet();
        long size = size(second & 0x7F);
        if ((first & RESERVED) != 0) {
            throw violation("a WebSocket frame with reserved bits");
        }
        if ((second & MASKED) != 0) {
            throw violation("a masked WebSocket frame from the server");
        }
        switch (opcode) {
            case CONTINUATION, BINARY -> {
                if ((opcode == CONTINUATION) != inMessage) {
                    throw violation("WebSocket fragments out of order");
                }
                inMessage = !fin;
                frameLeft = size;
            }
            case CLOSE, PING, PONG -> {
                if (!fin || size > MAXIMUM_CONTROL_SIZE) {
                    throw violation("a WebSocket control frame that is fragmented or too long");
                }
                return control(opcode, in.readNBytes((int) size));
            }
            case 1 -> {
                close(UNACCEPTABLE_DATA);
                throw new ProtocolException("a text frame instead of a binary one"); // [MQTT-6.0.0-1]
            }
            default -> throw violation("a WebSocket frame of unknown opcode " + opcode);
        }
        return true;
    }

    private boolean control(int opcode, byte[] payload) throws IOException {
        if (opcode == PING) {
            frame(PONG, payload, 0, payload.length);
        } else if (opcode == CLOSE) {
            if (!closeSent) {
                closeSent = true;
                frame(CLOSE, payload, 0, Math.min(payload.length, 2));
            }
            return false;
        }
        return true;
    }

    private long size(int short7) throws IOException {
        int octets = short7 == 126 ? 2 : short7 == 127 ? 8 : 0;
        if (octets == 0) {
            return short7;
        }
        long size = 0;
        for (int i = 0; i < octets; i++) {
            size = size << 8 | octet();
        }
        if (size < 0) {
            throw violation("a WebSocket frame of impossible length");
        }
        return size;
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new ProtocolException("the server ended the stream within a WebSocket frame header");
        }
        return octet;
    }

    private ProtocolException violation(String text) throws IOException {
        close(PROTOCOL_ERROR);
        return new ProtocolException(text);
    }

    @Override
    public void write(byte[] source, int offset, int size) throws IOException {
        frame(BINARY, source, offset, size);
    }

    private void close(int status) throws IOException {
        if (!closeSent) {
            closeSent = true;
            frame(CLOSE, new byte[] {(byte) (status >> 8), (byte) status}, 0, 2);
        }
    }

    private void frame(int opcode, byte[] payload, int offset, int size) throws IOException {
        int extended = size <= MAXIMUM_CONTROL_SIZE ? 0 : size <= 0xFFFF ? 2 : 8;
        byte[] frame = new byte[2 + extended + 4 + size];
        frame[0] = (byte) (FIN | opcode);
        frame[1] = (byte) (MASKED | (extended == 0 ? size : extended == 2 ? 126 : 127));
        for (int i = 0; i < extended; i++) {
            frame[2 + i] = (byte) ((long) size >> (8 * (extended - 1 - i)));
        }
        byte[] mask = new byte[4];
        random.nextBytes(mask);
        int start = 2 + extended;
        System.arraycopy(mask, 0, frame, start, 4);
        for (int i = 0; i < size; i++) {
            frame[start + 4 + i] = (byte) (payload[offset + i] ^ mask[i & 3]);
        }
        writing.lock();
        try {
            under.write(frame, 0, frame.length);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void readUntil(Clock clock, long nanoseconds) {
        under.readUntil(clock, nanoseconds);
    }

    @Override
    public void readForever() throws IOException {
        under.readForever();
    }

    /** Begins the close handshake: the server's close frame then ends the reading. */
    @Override
    public void finish() throws IOException {
        close(NORMAL_CLOSURE);
    }

    @Override
    public void close() throws IOException {
        under.close();
    }
}
