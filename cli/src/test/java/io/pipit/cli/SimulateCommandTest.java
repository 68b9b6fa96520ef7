package io.pipit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulateCommandTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--steps 1-3             | --steps needs the --seed that it is about",
                "--verbose               | --verbose needs the --seed that it is about",
                "--seed 1 --seconds 5    | --seconds and --seed exclude each other",
                "--seeds 1 --hours 1     | --hours and --seeds exclude each other",
                "--seed 1 --steps all    | --steps all: steps are such as 0-59,77",
                "--sead 1                | there is no flag --sead"
            })
    void simulate_withFlagsThatSayNothing_saysWhatIsWrong(String flags, String why) throws InterruptedException {
        CapturedTerminal.Run run = CapturedTerminal.run(("simulate " + flags).split(" "));
        assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).startsWith("pipit simulate: " + why);
    }
}
