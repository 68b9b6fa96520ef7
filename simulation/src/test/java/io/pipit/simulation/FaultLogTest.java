package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** What clients do wrong is in the log, and cannot fill it. */
final class FaultLogTest {
    private static final int LOOPS = 3;

    @RegisterExtension
    final Dialogue broker = new Dialogue();

    private final Logger log = (Logger) LoggerFactory.getLogger("io.pipit.broker.FaultLog");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listens() {
        log.setLevel(Level.INFO);
        log.addAppender(lines);
        lines.start();
    }

    @AfterEach
    void listensNoMore() {
        log.detachAppender(lines);
        log.setLevel(null);
    }

    @Test
    void protocolErrors_areLoggedOnceAMinuteForEachLoopAndReason() {
        pingsBeforeConnect(3 * LOOPS);
        assertThat(logged())
                .hasSize(LOOPS)
                .allMatch(line -> line.contains("(before CONNECT) broke the protocol: the first packet is no CONNECT"));
        broker.advance(Duration.ofSeconds(59));
        pingsBeforeConnect(LOOPS);
        broker.opens("alice").sendsBytes(0x11, 0); // another reason
        assertThat(logged()).hasSize(1);
        broker.advance(Duration.ofSeconds(2));
        pingsBeforeConnect(LOOPS);
        assertThat(logged()).hasSize(LOOPS).allMatch(line -> line.contains("; 3 more with this reason"));
    }

    private void pingsBeforeConnect(int clients) {
        for (int i = 0; i < clients; i++) {
            broker.opens("client").sendsBytes(0xC0, 0);
        }
    }

    private List<String> logged() {
        List<String> all =
                lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        lines.list.clear();
        return all;
    }
}
