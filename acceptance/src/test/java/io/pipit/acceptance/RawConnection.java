package io.pipit.acceptance;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A TCP connection on which a test says byte by byte what is sent. Reading waits at most {@link TestClient#PATIENCE}. */
final class RawConnection implements AutoCloseable, Iterable<RawPacket> {
    private static final System.Logger LOGGER = System.getLogger(RawConnection.class.getName());

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    private RawConnection(Socket socket, DataInputStream in, OutputStream out) {
        this.socket = socket;
        this.in = in;
        this.out = out;
    }

    static RawConnection to(int port) {
        try {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) TestClient.PATIENCE.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return new RawConnection(
                    socket,
                    new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16)),
                    socket.getOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection on which the broker has accepted a clean session. */
    static RawConnection connected(int port, Version version, String clientId) {
        RawConnection connection = to(port);
        connection.send(Packets.connect(version, clientId));
        RawPacket connAck = connection.packet();
        if (connAck.type() != 2 || connAck.at(1) != 0) {
            throw new AssertionError("not accepted: " + connAck);
        }
        return connection;
    }

    void send(byte[] bytes) {
        send(bytes, 0, bytes.length);
    }

    void send(byte[] bytes, int from, int to) {
        try {
            out.write(bytes, from, to - from);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next whole packet; fails if the connection ends instead. */
    RawPacket packet() {
        RawPacket packet = packetOrEnd();
        if (packet == null) {
            throw new AssertionError("the connection ended");
        }
        return packet;
    }

    /** The next whole packet, or null when the connection has ended, politely or by a reset. */
    private @Nullable RawPacket packetOrEnd() {
        try {
            int first = in.read();
            if (first < 0) {
                return null;
            }
            byte[] body = new byte[length()];
            in.readFully(body);
            return new RawPacket(first, HexFormat.of().formatHex(body));
        } catch (EOFException | SocketException ended) {
            return null;
        } catch (IOException e) {
            throw new AssertionError("no packet came: " + e, e);
        }
    }

    private int length() throws IOException {
        int length = 0;
        for (int shift = 0; ; shift += 7) {
            int next = in.readUnsignedByte();
            length |= (next & 127) << shift;
            if (next < 128) {
                return length;
            }
        }
    }

    /** Sends if the peer is still there; a connection that has ended shows when it is read. */
    void trySend(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (SocketException ended) {
            LOGGER.log(System.Logger.Level.DEBUG, "the peer is gone", ended);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The packets that still come until the connection ends. */
    @Override
    public Iterator<RawPacket> iterator() {
        return Stream.generate(() -> Optional.ofNullable(packetOrEnd()))
                .takeWhile(Optional::isPresent)
                .flatMap(Optional::stream)
                .iterator();
    }

    /** The packets that still come before the connection ends; waits for the end. */
    List<RawPacket> untilEnd() {
        List<RawPacket> packets = new ArrayList<>();
        forEach(packets::add);
        return packets;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
