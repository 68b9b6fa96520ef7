package io.pipit.transport;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The client's side of a WebSocket over another socket: each write is a frame, and a close frame is the end. */
final class WebSocketSocket extends Socket {
    private static final int CLOSE = 8;

    private final Socket under;
    private final DataInputStream in;
    private long left;

    WebSocketSocket(Socket under) throws IOException {
        this.under = under;
        this.in = new DataInputStream(under.getInputStream());
        String request = String.join(
                "\r\n",
                "GET /mqtt HTTP/1.1",
                "Host: localhost",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Protocol: mqtt",
                "",
                "");
        under.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        if (!head.toString().startsWith("HTTP/1.1 101 ")) {
            throw new IOException("no WebSocket: " + head);
        }
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] target, int offset, int size) throws IOException {
                while (left == 0) {
                    int first = in.read();
                    if (first < 0 || (first & 0x0F) == CLOSE) {
                        return -1;
                    }
                    int length = in.readUnsignedByte();
                    left = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
                }
                int count = in.read(target, offset, (int) Math.min(size, left));
                left -= Math.max(0, count);
                return count;
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int size) throws IOException {
                ByteArrayOutputStream frame = new ByteArrayOutputStream(size + 14);
                frame.write(0x82);
                if (size < 126) {
                    frame.write(0x80 | size);
                } else {
                    frame.write(0x80 | 127);
                    frame.writeBytes(ByteBuffer.allocate(8).putLong(size).array());
                }
                byte[] mask = {0x12, (byte) 0xF4, 0x56, (byte) 0x89};
                frame.writeBytes(mask);
                for (int i = 0; i < size; i++) {
                    frame.write(bytes[offset + i] ^ mask[i & 3]);
                }
                under.getOutputStream().write(frame.toByteArray());
            }
        };
    }

    @Override
    public synchronized void close() throws IOException {
        under.close();
    }
}
