package io.pipit.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Random;

/**
 * The opening handshake of a WebSocket from the client's side (RFC 6455, section 4.1).
 *
 * @param key sixteen random bytes in Base64, by whose digest the server shows that it understood
 */
record WebSocketHandshake(String key) {
    private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final String SUBPROTOCOL = "mqtt"; // [MQTT-6.0.0-3]
    private static final int MAXIMUM_RESPONSE_SIZE = 16 * 1024;

    static WebSocketHandshake withKey(Random random) {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        return new WebSocketHandshake(Base64.getEncoder().encodeToString(nonce));
    }

    /** The HTTP request. */
    String request(ServerAddress server) {
        String host = server.host().indexOf(':') < 0 ? server.host() : "[" + server.host() + "]";
        String path = server.path().isEmpty() ? "/" : server.path();
        String port = server.port() == server.scheme().defaultPort() ? "" : ":" + server.port();
        return "GET " + path + " HTTP/1.1\r\n"
                + "Host: " + host + port + "\r\n"
                + "Upgrade: websocket\r\n"
                + "Connection: Upgrade\r\n"
                + "Sec-WebSocket-Key: " + key + "\r\n"
                + "Sec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Protocol: " + SUBPROTOCOL + "\r\n\r\n";
    }

    /** Reads the HTTP response, no byte more, and refuses one that does not agree to what was asked. */
    void checkResponse(InputStream in) throws IOException {
        String[] lines = head(in).split("\r\n", -1);
        String[] status = lines[0].split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.1") || !status[1].equals("101")) {
            throw refusal("the server answered \"" + lines[0] + "\"; is the path right?");
        }
        boolean upgrade = false;
        boolean connection = false;
        String accept = "";
        String protocol = "";
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                String value = lines[i].substring(colon + 1).trim();
                switch (lines[i].substring(0, colon).toLowerCase(Locale.ROOT)) {
                    case "upgrade" -> upgrade = value.equalsIgnoreCase("websocket");
                    case "connection" ->
                        connection = value.toLowerCase(Locale.ROOT).contains("upgrade");
                    case "sec-websocket-accept" -> accept = value;
                    case "sec-websocket-protocol" -> protocol = value;
                    default -> {}
                }
            }
        }
        if (!upgrade || !connection || !accept.equals(expectedAccept())) {
            throw refusal("the server's answer is no WebSocket handshake");
        }
        if (!protocol.equals(SUBPROTOCOL)) {
            throw refusal("the server chose the WebSocket subprotocol \"" + protocol + "\" instead of mqtt");
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw refusal("the server ended the connection during the WebSocket handshake");
            }
            if (head.length() == MAXIMUM_RESPONSE_SIZE) {
                throw refusal("the server's answer to the WebSocket handshake has no end");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static MqttException refusal(String text) {
        return new MqttException(Failure.UNREACHABLE, text);
    }

    String expectedAccept() {
        try {
            byte[] text = (key + KEY_SUFFIX).getBytes(StandardCharsets.ISO_8859_1);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java has SHA-1", missing);
        }
    }
}
