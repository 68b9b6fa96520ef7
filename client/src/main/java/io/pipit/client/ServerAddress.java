package io.pipit.client;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is and how to reach it, as a URL says it:
 * {@code mqtt://user:password@host:1883} or {@code ws://host:8083/mqtt}, with TLS {@code mqtts://host:8883} or
 * {@code wss://host:8084/mqtt}.
 *
 * @param host a name or an address, that of IPv6 without brackets
 * @param port 1 to 65,535
 * @param path what follows the authority, with its leading slash, percent escapes untouched; empty when the URL
 *     ends before. The WebSocket's resource; without meaning over TCP
 * @param userName null when the URL has none
 * @param password null when the URL has none
 */
public record ServerAddress(
        Scheme scheme,
        String host,
        int port,
        String path,
        @Nullable String userName,
        @Nullable String password) {

    /** How MQTT travels. */
    public enum Scheme {
        /** MQTT straight over TCP. */
        MQTT("mqtt", 1883, false, false),
        /** MQTT in binary frames of a WebSocket. */
        WS("ws", 80, true, false),
        /** MQTT over TLS. */
        MQTTS("mqtts", 8883, false, true),
        /** MQTT in binary frames of a WebSocket over TLS. */
        WSS("wss", 443, true, true);

        private final String text;
        private final int defaultPort;
        private final boolean webSocket;
        private final boolean secure;

        Scheme(String text, int defaultPort, boolean webSocket, boolean secure) {
            this.text = text;
            this.defaultPort = defaultPort;
            this.webSocket = webSocket;
            this.secure = secure;
        }

        /** Whether MQTT is in frames of a WebSocket. */
        public boolean isWebSocket() {
            return webSocket;
        }

        /** Whether there is TLS below. */
        public boolean isSecure() {
            return secure;
        }

        /** The port of a URL that names none. */
        public int defaultPort() {
            return defaultPort;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    public ServerAddress {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("a server address without a host");
        }
        if (port < 1 || port > 0xFFFF) {
            throw new IllegalArgumentException("port " + port + " is not 1 to 65535");
        }
        if (!path.isEmpty() && path.charAt(0) != '/') {
            throw new IllegalArgumentException("path " + path + " does not begin with a slash");
        }
    }

    /** MQTT over TCP without credentials. */
    public static ServerAddress tcp(String host, int port) {
        return new ServerAddress(Scheme.MQTT, host, port, "", null, null);
    }

    /**
     * Reads a URL. User name and password may have percent escapes.
     *
     * @throws IllegalArgumentException when it is none, or of a scheme that Pipit does not speak; the message says
     *     why, without the password
     */
    public static ServerAddress parse(String url) {
        int colon = url.indexOf("://");
        if (colon < 0) {
            throw new IllegalArgumentException(
                    "URL \"" + url + "\" has no scheme: mqtt://, mqtts://, ws:// and wss:// are known");
        }
        Scheme scheme = scheme(url.substring(0, colon));
        String rest = url.substring(colon + 3);
        int slash = rest.indexOf('/');
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        String path = slash < 0 ? "" : rest.substring(slash);
        int at = authority.lastIndexOf('@');
        String userName = null;
        String password = null;
        if (at >= 0) {
            String credentials = authority.substring(0, at);
            int separator = credentials.indexOf(':');
            userName = unescape(separator < 0 ? credentials : credentials.substring(0, separator));
            password = separator < 0 ? null : unescape(credentials.substring(separator + 1));
        }
        String place = authority.substring(at + 1);
        int portAt = portSeparator(place);
        String host = portAt < 0 ? place : place.substring(0, portAt);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("the URL names no host");
        }
        int port = portAt < 0 ? scheme.defaultPort() : port(place.substring(portAt + 1));
        return new ServerAddress(scheme, host, port, path, userName, password);
    }

    private static Scheme scheme(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "mqtt", "tcp" -> Scheme.MQTT;
            case "ws" -> Scheme.WS;
            case "mqtts", "ssl", "tls" -> Scheme.MQTTS;
            case "wss" -> Scheme.WSS;
            default ->
                throw new IllegalArgumentException(
                        "URL scheme " + text + " is unknown: use mqtt://, mqtts://, ws:// or wss://");
        };
    }

    private static int portSeparator(String place) {
        int colon = place.lastIndexOf(':');
        return colon > place.lastIndexOf(']') ? colon : -1;
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= 0xFFFF) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("port \"" + text + "\" is not a number", notANumber);
        }
        throw new IllegalArgumentException("port " + text + " is not 1 to 65535");
    }

    private static String unescape(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream plain = new ByteArrayOutputStream(utf8.length);
        for (int i = 0; i < utf8.length; i++) {
            int high = i + 2 < utf8.length ? Character.digit(utf8[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(utf8[i + 2], 16);
            if (utf8[i] == '%' && low >= 0) {
                plain.write(high << 4 | low);
                i += 2;
            } else {
                plain.write(utf8[i]);
            }
        }
        return plain.toString(StandardCharsets.UTF_8);
    }

    /** The same server without what the URL said of user and password. */
    public ServerAddress withoutCredentials() {
        return new ServerAddress(scheme, host, port, path, null, null);
    }

    /** The URL without user and password. */
    @Override
    public String toString() {
        String place = host.indexOf(':') < 0 ? host : "[" + host + "]";
        return scheme + "://" + place + ":" + port + path;
    }
}
