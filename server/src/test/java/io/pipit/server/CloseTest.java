package io.pipit.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.QoS;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that is closed leaves nothing behind in the process. */
@Timeout(120)
final class CloseTest {
    private static final byte[] CONNECT = HexFormat.of().parseHex("100d00044d5154540402003c000161");
    private static final int STARTS = 100;

    /** Starts a broker, lets everything that makes threads, files and buffers happen, and closes it; returns its ports. */
    private static List<Integer> live(PipitBuilder builder) throws Exception {
        try (Pipit pipit = builder.port(0).webSocketPort(0).start();
                Socket client = new Socket(InetAddress.getLoopbackAddress(), pipit.port())) {
            client.setSoTimeout(20_000);
            client.getOutputStream().write(CONNECT);
            assertThat(client.getInputStream().readNBytes(4)).startsWith(0x20);
            CountDownLatch heard = new CountDownLatch(1);
            pipit.subscribe("t", message -> heard.countDown());
            pipit.publish("t", "hi", QoS.EXACTLY_ONCE);
            heard.await();
            return List.of(pipit.port(), pipit.webSocketPort());
        }
    }

    @Test
    void hundredStarts_leaveNoThreadFilePortOrDirectMemory() throws Exception {
        startAndClose(Pipit.builder().inMemory());
    }

    @Test
    void hundredStarts_withADirectory_leaveNoThreadFilePortOrDirectMemory(@TempDir Path directory) throws Exception {
        startAndClose(Pipit.builder().data(directory));
    }

    private static void startAndClose(PipitBuilder builder) throws Exception {
        TimeZone.setDefault(TimeZone.getDefault()); // the JDK sets user.timezone when it is first asked
        Properties properties = (Properties) System.getProperties().clone();
        live(builder); // loads what the JVM loads once
        Footprint before = Footprint.now();
        long directBytes = Footprint.directBytes();
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < STARTS; i++) {
            ports.addAll(live(builder));
        }

        Footprint after = Footprint.now();

        assertThat(after.threads()).isEqualTo(before.threads());
        assertThat(after.files()).isEqualTo(before.files());
        assertThat(Footprint.directBytes()).isEqualTo(directBytes);
        assertThat(System.getProperties()).isEqualTo(properties);
        for (int port : ports) {
            try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                assertThat(again.getLocalPort()).isEqualTo(port);
            }
        }
    }
}
