package io.pipit.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A WebSocket on which a test says frame by frame what is sent; the JDK's client, which knows nothing of MQTT. */
final class RawWebSocket implements WebSocket.Listener, AutoCloseable {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** The beginning of a packet whose end is still to come. */
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();

    private final BlockingQueue<RawPacket> packets = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> pongs = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private @Nullable WebSocket socket;

    /** Opens a WebSocket and offers these subprotocols, in one header line. */
    static RawWebSocket open(int port, String path, String... subprotocols) throws ExecutionException {
        RawWebSocket raw = new RawWebSocket();
        WebSocket.Builder builder = CLIENT.newWebSocketBuilder().connectTimeout(TestClient.PATIENCE);
        if (subprotocols.length > 0) {
            builder = builder.subprotocols(subprotocols[0], Arrays.copyOfRange(subprotocols, 1, subprotocols.length));
        }
        URI uri = URI.create("ws://" + Endpoint.HOST + ":" + port + path);
        try {
            raw.socket = builder.buildAsync(uri, raw).get(TestClient.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return raw;
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException("no handshake with " + uri, e);
        }
    }

    /** The subprotocol that the broker chose; empty if none. */
    String subprotocol() {
        return socket().getSubprotocol();
    }

    private WebSocket socket() {
        if (socket == null) {
            throw new IllegalStateException("not open");
        }
        return socket;
    }

    /** Sends one binary frame. */
    void send(byte[] bytes) {
        sendPart(bytes, 0, bytes.length, true);
    }

    /** Sends one frame of a message, which ends with the last. */
    void sendPart(byte[] bytes, int from, int to, boolean last) {
        Wait.forResult("sending a frame", socket().sendBinary(ByteBuffer.wrap(bytes, from, to - from), last));
    }

    void sendText(String text) {
        Wait.forResult("sending text", socket().sendText(text, true));
    }

    void ping(String text) {
        Wait.forResult("sending a ping", socket().sendPing(ByteBuffer.wrap(text.getBytes(UTF_8))));
    }

    String pong() {
        try {
            String pong = pongs.poll(TestClient.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (pong == null) {
                throw new AssertionError("no pong came");
            }
            return pong;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    RawPacket packet() {
        try {
            RawPacket packet = packets.poll(TestClient.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (packet == null) {
                throw new AssertionError("no packet came");
            }
            return packet;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Begins the close handshake. */
    void sendClose() {
        Wait.forResult("sending a close frame", socket().sendClose(WebSocket.NORMAL_CLOSURE, "bye"));
    }

    /** The status of the broker's close frame, waited for; 1006 if the connection ended without one. */
    int awaitClose() {
        return Wait.forResult("the close of the WebSocket", closed);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
        while (data.hasRemaining()) {
            partial.write(data.get());
        }
        takePackets();
        webSocket.request(1);
        return null;
    }

    private void takePackets() {
        byte[] bytes = partial.toByteArray();
        int start = 0;
        for (int end = endOfPacket(bytes, start); end >= 0; end = endOfPacket(bytes, start)) {
            int body = start + 2;
            while (bytes[body - 1] < 0) {
                body++;
            }
            packets.add(new RawPacket(bytes[start] & 0xFF, HexFormat.of().formatHex(bytes, body, end)));
            start = end;
        }
        partial.reset();
        partial.write(bytes, start, bytes.length - start);
    }

    private static int endOfPacket(byte[] bytes, int start) {
        int length = 0;
        int shift = 0;
        for (int i = start + 1; i < bytes.length; i++, shift += 7) {
            length |= (bytes[i] & 127) << shift;
            if (bytes[i] >= 0) {
                return i + 1 + length <= bytes.length ? i + 1 + length : -1;
            }
        }
        return -1;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer message) {
        pongs.add(UTF_8.decode(message).toString());
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        closed.complete(statusCode);
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        closed.complete(1006);
    }

    @Override
    public void close() {
        socket().abort();
    }
}
