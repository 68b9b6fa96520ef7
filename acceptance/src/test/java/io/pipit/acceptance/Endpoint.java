package io.pipit.acceptance;

/** Where a client connects: a port of the loopback address and what is spoken there. */
record Endpoint(Endpoint.Transport transport, int port) {
    static final String HOST = "127.0.0.1";
    /** The path of the WebSocket listener. */
    static final String PATH = "/mqtt";

    /** What carries the packets. */
    enum Transport {
        TCP,
        WS
    }

    /** The endpoint as a URI with the scheme that is used for {@link Transport#TCP} and with {@code ws}. */
    String uri(String tcpScheme) {
        return switch (transport) {
            case TCP -> tcpScheme + "://" + HOST + ":" + port;
            case WS -> "ws://" + HOST + ":" + port + PATH;
        };
    }
}
