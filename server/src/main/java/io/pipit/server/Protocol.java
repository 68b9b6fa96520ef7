package io.pipit.server;

/** What a listener speaks, and the port where clients expect it. */
public enum Protocol {
    /** MQTT over TCP. */
    MQTT("port", 1883, false, false),
    /** MQTT over WebSocket. */
    WS("ws-port", 8083, true, false),
    /** MQTT over TLS. */
    MQTTS("mqtts-port", 8883, false, true),
    /** MQTT over WebSocket over TLS. */
    WSS("wss-port", 8084, true, true);

    private final String portKey;
    private final int defaultPort;
    private final boolean webSocket;
    private final boolean secure;

    Protocol(String portKey, int defaultPort, boolean webSocket, boolean secure) {
        this.portKey = portKey;
        this.defaultPort = defaultPort;
        this.webSocket = webSocket;
        this.secure = secure;
    }

    /** The key of the one listener of this protocol that needs no section of its own; its name is {@link #label}. */
    String portKey() {
        return portKey;
    }

    /** Without configuration, only what needs no certificate listens. */
    int portByDefault() {
        return secure ? Values.OFF : defaultPort;
    }

    /** The port of a listener that says none. */
    int defaultPort() {
        return defaultPort;
    }

    boolean isWebSocket() {
        return webSocket;
    }

    boolean isSecure() {
        return secure;
    }

    /** As it is written: the scheme of its URL. */
    String label() {
        return Values.kebab(this);
    }
}
