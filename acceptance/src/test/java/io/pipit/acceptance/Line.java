package io.pipit.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A network between one client and the broker that a test can cut: whatever library the client is of, its connection then
 * ends without DISCONNECT. Bytes pass unchanged.
 */
final class Line implements AutoCloseable {
    private final ServerSocket server;
    private final Endpoint broker;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    private Line(ServerSocket server, Endpoint broker) {
        this.server = server;
        this.broker = broker;
    }

    static Line to(Endpoint broker) {
        try {
            Line line = new Line(new ServerSocket(0, 8, InetAddress.getLoopbackAddress()), broker);
            Thread.ofVirtual().name("line").start(line::accept);
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The end of the line that the client connects to. */
    Endpoint endpoint() {
        return new Endpoint(broker.transport(), server.getLocalPort());
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                sockets.add(client);
                Socket onward = new Socket();
                sockets.add(onward);
                client.setTcpNoDelay(true);
                onward.setTcpNoDelay(true);
                onward.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), broker.port()));
                Thread.ofVirtual().name("line up").start(() -> carry(client, onward));
                Thread.ofVirtual().name("line down").start(() -> carry(onward, client));
            } catch (IOException e) {
                cut();
            }
        }
    }

    private void carry(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // One side is gone, so the line is.
            cut();
        }
    }

    /** Ends every connection, and accepts no other. */
    void cut() {
        close(server);
        sockets.forEach(Line::close);
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException("cannot close " + socket, e);
        }
    }

    @Override
    public void close() {
        cut();
    }
}
