package io.pipit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TrainCommandTest {
    @Test
    void train_exchangesMessagesWithABrokerOfItsOwn() throws InterruptedException {
        assertThat(CapturedTerminal.run("train")).isEqualTo(new CapturedTerminal.Run(0, "", ""));
    }
}
