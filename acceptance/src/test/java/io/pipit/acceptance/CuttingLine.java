package io.pipit.acceptance;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
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
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network between clients and the broker that knows where MQTT packets end, and breaks a connection before or after
 * one of them as its rule says. Later connections go on.
 */
final class CuttingLine implements AutoCloseable {
    /** What happens to a connection at a packet. */
    enum Cut {
        NONE,
        /** It breaks, and the packet is lost. */
        BEFORE,
        /** The packet is the last that arrives. */
        AFTER
    }

    /** Decides packet by packet; called one at a time. */
    @FunctionalInterface
    interface Rule {
        /** What happens at a packet of a type, 1 to 15, that goes up to the broker or down from it. */
        Cut at(boolean up, int type);
    }

    private final ServerSocket server;
    private final Endpoint broker;
    private final Rule rule;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger cuts = new AtomicInteger();

    private CuttingLine(ServerSocket server, Endpoint broker, Rule rule) {
        this.server = server;
        this.broker = broker;
        this.rule = rule;
    }

    static CuttingLine to(Endpoint broker, Rule rule) {
        try {
            CuttingLine line = new CuttingLine(new ServerSocket(0, 8, InetAddress.getLoopbackAddress()), broker, rule);
            Thread.ofVirtual().name("cutting line").start(line::accept);
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The end of the line that clients connect to. */
    Endpoint endpoint() {
        return new Endpoint(broker.transport(), server.getLocalPort());
    }

    /** How many connections it has broken. */
    int cuts() {
        return cuts.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket onward = new Socket();
                sockets.addAll(List.of(client, onward));
                client.setTcpNoDelay(true);
                onward.setTcpNoDelay(true);
                onward.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), broker.port()));
                Thread.ofVirtual().name("cutting line up").start(() -> carry(true, client, onward));
                Thread.ofVirtual().name("cutting line down").start(() -> carry(false, onward, client));
            }
        } catch (IOException ended) {
            close();
        }
    }

    /** Until one side has ended; then the other does. */
    private void carry(boolean up, Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = new BufferedInputStream(from.getInputStream(), 1 << 16);
            OutputStream out = to.getOutputStream();
            Cut cut = Cut.NONE;
            for (int first = in.read(); first >= 0 && cut == Cut.NONE; first = cut == Cut.NONE ? in.read() : -1) {
                byte[] packet = packet(first, in);
                synchronized (rule) {
                    cut = rule.at(up, first >>> 4);
                }
                if (cut != Cut.BEFORE) {
                    out.write(packet);
                }
            }
            if (cut != Cut.NONE) {
                cuts.incrementAndGet();
            }
        } catch (IOException ended) {
            // The other direction was cut, or a side is gone: the connection is over either way.
            sockets.removeAll(List.of(from, to));
        }
    }

    private static byte[] packet(int first, InputStream in) throws IOException {
        byte[] head = new byte[5];
        head[0] = (byte) first;
        int length = 0;
        int size = 1;
        for (int shift = 0, next = 128; next >= 128; shift += 7) {
            next = in.read();
            if (next < 0) {
                throw new IOException("the stream ended within a packet");
            }
            head[size++] = (byte) next;
            length |= (next & 127) << shift;
        }
        byte[] packet = new byte[size + length];
        System.arraycopy(head, 0, packet, 0, size);
        new DataInputStream(in).readFully(packet, size, length);
        return packet;
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
