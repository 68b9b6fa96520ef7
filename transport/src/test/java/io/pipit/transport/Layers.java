package io.pipit.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the packets and the network.
 *
 * @param tls null for none
 */
record Layers(Engine engine, @Nullable TlsProvider tls, boolean webSocket) {
    private static final TestCertificates CERTIFICATES = TestCertificates.temporary();

    static Layers tcp(Engine engine) {
        return new Layers(engine, null, false);
    }

    /** TCP with each engine. */
    static Stream<Layers> plain() {
        return Arrays.stream(Engine.values()).map(Layers::tcp);
    }

    /** TLS with each provider. */
    static Stream<Layers> secure() {
        return Arrays.stream(TlsProvider.values()).map(provider -> new Layers(Engine.best(), provider, false));
    }

    /** All that carries packets. */
    static Stream<Layers> streams() {
        return Stream.concat(plain(), secure());
    }

    /** These, and WebSocket with and without TLS. */
    static Stream<Layers> all() {
        Stream<Layers> webSocket = Stream.of(
                new Layers(Engine.EPOLL, null, true),
                new Layers(Engine.NIO, null, true),
                new Layers(Engine.best(), TlsProvider.OPENSSL, true),
                new Layers(Engine.best(), TlsProvider.JDK, true));
        return Stream.concat(streams(), webSocket);
    }

    ListenerSettings listener() {
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        TlsProvider provider = tls();
        return new ListenerSettings(
                "mqtt",
                free,
                webSocket ? new WebSocketSettings(List.of("/mqtt"), false, Duration.ofSeconds(10)) : null,
                provider == null ? null : CERTIFICATES.settings(provider));
    }

    /** A client that speaks through the same layers. */
    WireClient connect(InetSocketAddress address) throws IOException {
        Socket plain = new Socket(address.getAddress(), address.getPort());
        Socket socket = tls() == null ? plain : CERTIFICATES.connect(plain, TestCertificates.Client.anonymous());
        return webSocket ? new WireClient(plain, new WebSocketSocket(socket)) : new WireClient(plain, socket);
    }

    @Override
    public String toString() {
        return (webSocket ? "WebSocket over " : "") + (tls() == null ? "" : tls() + " over ") + engine;
    }
}
