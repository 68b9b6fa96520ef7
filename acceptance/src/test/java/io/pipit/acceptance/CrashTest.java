package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.acceptance.JudgeProcess.Findings;
import io.pipit.acceptance.Verdict.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real process under real clients, killed at random moments again and again, and with what a power cut takes from its
 * files: nothing acknowledged is lost. Controls show that the judge and the power cut see what a weaker setting loses.
 * {@code -Dcrash.rounds} says how many rounds each of both takes, {@code -Dcrash.seed} which random choices are made; when
 * the process is killed between them is never the same.
 */
@OnlyPipit
@EnabledOnOs(OS.LINUX)
@Order(1)
final class CrashTest {
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 12);
    private static final int FEW_ROUNDS = 3;
    private static final List<String> DEFAULTS = List.of();
    private static final int MOST_ACKNOWLEDGED = 600;

    private final long seed = Long.getLong("crash.seed", System.nanoTime());
    private final Random random = new Random(seed);

    /** Kept when a test fails: the data directory, and what was acknowledged. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path temporary;

    private Path disk = Path.of("");

    @BeforeEach
    void makeDisk() throws IOException {
        System.out.println("Crash test with seed " + seed);
        disk = Files.createDirectory(temporary.resolve("disk"));
    }

    @Test
    void kill_atTheDefaultSettings_losesNothing() throws IOException {
        requireNothingBroken(manyRounds(ROUNDS, DEFAULTS, null));
    }

    @Test
    void powerCut_atTheDefaultSettings_losesNothing() throws IOException {
        requireNothingBroken(manyRounds(ROUNDS, DEFAULTS, powerCut()));
    }

    @Test
    void kill_withDurabilityOs_losesNothing() throws IOException {
        requireNothingBroken(manyRounds(FEW_ROUNDS, List.of("durability=os"), null));
    }

    @Test
    void powerCut_withDurabilityOs_loses() throws IOException {
        PowerCut power = powerCut();
        Findings found = oneRound("durability=os", power.environment(), () -> power.cut(units -> units / 2));
        assertThat(found.faults().keySet()).containsAnyOf(Fault.MESSAGE_LOST, Fault.RETAINED_LOST);
    }

    @Test
    void kill_withDurabilityNone_loses() throws IOException {
        Findings found = oneRound("durability=none", Map.of(), () -> {});
        assertThat(found.faults().keySet()).containsAnyOf(Fault.MESSAGE_LOST, Fault.RETAINED_LOST);
    }

    @Test
    void powerCut_afterTheFirstStart_leavesTheFormatBesideTheDatabase() throws IOException {
        PowerCut power = powerCut();
        Path data = disk.resolve("data");
        try (CrashingBroker broker = CrashingBroker.of(data, power.environment(), DEFAULTS, random)) {
            broker.start();
            broker.kill();
            power.cut(units -> 0);
            assertThat(data.resolve("db")).isNotEmptyDirectory();
            assertThat(data.resolve("format")).content().startsWith("pipit-store ");
        }
    }

    private PowerCut powerCut() throws IOException {
        return PowerCut.of(disk, temporary.resolve("journal"));
    }

    private void requireNothingBroken(Findings found) {
        System.out.println("Crash test with seed " + seed + ": " + found.numbers());
        assertThat(found.told()).as("seed %d, %s", seed, found.faults()).isEmpty();
        assertThat(found.numbers().get("retained-reads")).isPositive();
        assertThat(found.numbers().get("delivered"))
                .isGreaterThan(found.numbers().get("acknowledged"));
    }

    private Findings manyRounds(int rounds, List<String> settings, @Nullable PowerCut power) throws IOException {
        Map<String, String> environment = power == null ? Map.of() : power.environment();
        try (CrashingBroker broker = CrashingBroker.of(disk.resolve("data"), environment, settings, random);
                JudgeProcess judge = judge(broker)) {
            for (int round = 0; round < rounds; round++) {
                start(broker, judge);
                if (judge.hasFaults()) {
                    return judge.end();
                }
                if (round % 4 == 1) {
                    judge.command("newcomer");
                }
                judge.command("until " + (1 + random.nextInt(MOST_ACKNOWLEDGED)));
                broker.kill();
                cutSometimes(power);
                if (random.nextInt(5) == 0) {
                    broker.startAndKillAfter(Duration.ofMillis(200 + random.nextInt(800)));
                    cutSometimes(power);
                }
            }
            start(broker, judge);
            judge.command("settle");
            broker.kill();
            if (power != null) {
                power.cut(PowerCut.random(random));
            }
            requireNoFaults(disk.resolve("data"), environment);
            start(broker, judge);
            judge.command("settle");
            broker.stop();
            if (power != null) {
                assertThat(power.differences())
                        .as("what the power cut is blind for")
                        .isEmpty();
            }
            return judge.end();
        }
    }

    /** The store is whole as it was left. */
    private static void requireNoFaults(Path data, Map<String, String> environment) {
        try (Program verify = PipitProcess.run(List.of("store", "verify", "--data", data.toString()), environment)) {
            int code = verify.exitCode();
            assertThat(code)
                    .as(() -> "faults of the store: " + verify.rest() + verify.stderr())
                    .isZero();
        }
    }

    /** What follows a kill without a power cut finds in its files what is not durable. */
    private void cutSometimes(@Nullable PowerCut power) throws IOException {
        if (power == null) {
            return;
        }
        if (random.nextInt(4) > 0) {
            power.cut(PowerCut.random(random));
        } else {
            power.follow();
        }
    }

    /** What happens between a kill and the next start. */
    private interface Meanwhile {
        void happens() throws IOException;
    }

    private Findings oneRound(String setting, Map<String, String> environment, Meanwhile meanwhile) throws IOException {
        try (CrashingBroker broker = CrashingBroker.of(disk.resolve("data"), environment, List.of(setting), random);
                JudgeProcess judge = judge(broker)) {
            start(broker, judge);
            judge.command("until " + MOST_ACKNOWLEDGED / 2);
            broker.kill();
            meanwhile.happens();
            start(broker, judge);
            judge.command("settle");
            return judge.end();
        }
    }

    private static void start(CrashingBroker broker, JudgeProcess judge) throws IOException {
        broker.start();
        judge.command("up");
    }

    private JudgeProcess judge(CrashingBroker broker) {
        return JudgeProcess.start(broker.port(), temporary.resolve("acknowledged"), random.nextLong());
    }
}
