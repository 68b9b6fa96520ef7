package io.pipit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class TrainCommandTest {
    @ParameterizedTest
    @ValueSource(strings = {"serve", "tool"})
    void train_exchangesMessagesWithABrokerOfItsOwn(String kind) throws InterruptedException {
        assertThat(CapturedTerminal.run("train", kind)).isEqualTo(new CapturedTerminal.Run(0, "", ""));
    }
}
