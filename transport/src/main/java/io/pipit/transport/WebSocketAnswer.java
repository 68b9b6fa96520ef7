package io.pipit.transport;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The answer to an HTTP request that asks for a WebSocket (RFC 6455, section 4.2). */
sealed interface WebSocketAnswer {
    /** It is one. */
    record Accepted(String accept, @Nullable String protocol) implements WebSocketAnswer {
        @Override
        public String toHttp() {
            return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: " + accept + "\r\n"
                    + (protocol() == null ? "" : "Sec-WebSocket-Protocol: " + protocol() + "\r\n")
                    + "\r\n";
        }
    }

    /**
     * It is none.
     *
     * @param status code and phrase
     * @param why for people
     */
    record Refused(String status, String why) implements WebSocketAnswer {
        @Override
        public String toHttp() {
            String upgrade =
                    status.equals(UPGRADE_REQUIRED) ? "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" : "";
            String text = why + "\n";
            return "HTTP/1.1 " + status + "\r\n" + upgrade
                    + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: "
                    + text.getBytes(StandardCharsets.UTF_8).length + "\r\nConnection: close\r\n\r\n" + text;
        }
    }

    /** The status for what is no WebSocket of a version that we know. */
    String UPGRADE_REQUIRED = "426 Upgrade Required";

    /** All of the response. */
    String toHttp();

    /** What to say to this request. */
    static WebSocketAnswer to(HttpRequest request, WebSocketSettings settings) {
        String path = request.uri().replaceFirst("[?#].*", "");
        if (!settings.paths().contains(path)) {
            return new Refused(
                    "404 Not Found",
                    "There is nothing at this path. MQTT is at " + String.join(", ", settings.paths()) + ".");
        }
        if (!request.method().equals(HttpMethod.GET)) {
            return new Refused("405 Method Not Allowed", "A WebSocket begins with GET.");
        }
        HttpHeaders headers = request.headers();
        if (request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0
                || !headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)
                || !headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)) {
            return new Refused(
                    UPGRADE_REQUIRED, "This path speaks MQTT over WebSocket; the request asks for no upgrade.");
        }
        if (!"13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            return new Refused(UPGRADE_REQUIRED, "WebSocket version 13 is expected.");
        }
        String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
        if (key == null || !Handshake.isKey(key)) {
            return new Refused("400 Bad Request", "Sec-WebSocket-Key must be 16 bytes in Base64.");
        }
        return toProtocols(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL), Handshake.accept(key), settings);
    }

    private static WebSocketAnswer toProtocols(List<String> offers, String accept, WebSocketSettings settings) {
        List<String> offered = offers.stream()
                .flatMap(Handshake.SEPARATORS::splitAsStream)
                .filter(name -> !name.isEmpty())
                .toList();
        if (offered.isEmpty() && !settings.requireProtocol()) {
            return new Accepted(accept, null);
        }
        if (offered.contains(Handshake.MQTT)) { // [MQTT-6.0.0-4]; the other names are what clients had before it
            return new Accepted(accept, Handshake.MQTT);
        }
        for (String name : offered) {
            if (Handshake.OLDER_NAMES.contains(name)) {
                return new Accepted(accept, name);
            }
        }
        return new Refused("400 Bad Request", "Sec-WebSocket-Protocol must offer mqtt, mqttv3.1 or mqttv3.1.1.");
    }

    /** Constants and computations of the handshake. */
    final class Handshake {
        private static final String MQTT = "mqtt";
        private static final Set<String> OLDER_NAMES = Set.of("mqttv3.1", "mqttv3.1.1");
        private static final Pattern SEPARATORS = Pattern.compile("[,\\s]+");
        private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        private static final int KEY_BYTES = 16;

        private Handshake() {}

        private static boolean isKey(String key) {
            try {
                return Base64.getDecoder().decode(key).length == KEY_BYTES;
            } catch (IllegalArgumentException notBase64) {
                return false;
            }
        }

        private static String accept(String key) {
            try {
                byte[] digest =
                        MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
                return Base64.getEncoder().encodeToString(digest);
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException("every Java has SHA-1", impossible);
            }
        }
    }
}
