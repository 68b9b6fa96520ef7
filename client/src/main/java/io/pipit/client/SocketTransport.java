package io.pipit.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The transport over TCP, or over TLS on it: a blocking socket. */
final class SocketTransport implements Transport {
    /** The one that can be closed at once, whatever another thread does with it. */
    private final Socket plain;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private @Nullable Clock deadlineClock;
    private long deadline;

    private SocketTransport(Socket plain, Socket socket) throws IOException {
        this.plain = plain;
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /** Connects to the first address of the host that answers, each within the timeout. */
    static SocketTransport connect(ServerAddress server, @Nullable InetAddress local, Duration timeout)
            throws MqttException {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(server.host());
        } catch (UnknownHostException unknown) {
            throw new MqttException(Failure.HOST_UNKNOWN, "host " + server.host() + " has no address", unknown);
        }
        IOException refusal = null;
        for (InetAddress address : addresses) {
            try {
                return connect(new InetSocketAddress(address, server.port()), local, timeout);
            } catch (IOException failed) {
                refusal = failed;
            }
        }
        String why = refusal == null ? "no address" : String.valueOf(refusal.getMessage());
        Failure failure = refusal instanceof SocketTimeoutException ? Failure.TIMED_OUT : Failure.UNREACHABLE;
        throw new MqttException(failure, server + ": " + why, refusal);
    }

    private static SocketTransport connect(InetSocketAddress remote, @Nullable InetAddress local, Duration timeout)
            throws IOException {
        Socket socket = new Socket();
        try {
            // The outbox gathers what is to be sent; Nagle's algorithm on top would only delay it.
            socket.setTcpNoDelay(true);
            if (local != null) {
                socket.bind(new InetSocketAddress(local, 0));
            }
            socket.connect(remote, Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE));
            return new SocketTransport(socket, socket);
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
    }

    /** The same behind a TLS handshake, which has to end before the deadline. */
    SocketTransport secured(ServerAddress server, TlsOptions options) throws IOException {
        limitToDeadline();
        SocketTransport secured = new SocketTransport(plain, TlsSocket.over(plain, server, options));
        secured.deadlineClock = deadlineClock;
        secured.deadline = deadline;
        return secured;
    }

    @Override
    public int read(byte[] target, int offset, int size) throws IOException {
        limitToDeadline();
        return in.read(target, offset, size);
    }

    private void limitToDeadline() throws IOException {
        if (deadlineClock != null) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - deadlineClock.nanoseconds());
            if (left <= 0) {
                throw new SocketTimeoutException("no answer in time");
            }
            socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
        }
    }

    @Override
    public void write(byte[] source, int offset, int size) throws IOException {
        out.write(source, offset, size);
    }

    @Override
    public void readUntil(Clock clock, long nanoseconds) {
        deadlineClock = clock;
        deadline = nanoseconds;
    }

    @Override
    public void readForever() throws IOException {
        deadlineClock = null;
        socket.setSoTimeout(0);
    }

    @Override
    public void finish() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        plain.close();
    }
}
