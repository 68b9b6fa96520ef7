package io.pipit.simulation;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Several connections say whatever a fuzzer comes up with, while time passes, the storage has its troubles and the
 * process crashes: nothing is thrown, what is sent is MQTT, and in the end the broker holds nothing any more. See
 * {@link FuzzedDialogue} for what the bytes mean.
 */
final class DialogueFuzzTest {
    static Stream<byte[]> seeds() {
        return IntStream.range(0, 20).mapToObj(seed -> {
            byte[] bytes = new byte[100 + 40 * seed];
            new Random(seed).nextBytes(bytes);
            return bytes;
        });
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "")
    void dialogue_ofAnyBytes_leavesTheBrokerWhole(byte[] input) {
        new FuzzedDialogue(input).run();
    }
}
