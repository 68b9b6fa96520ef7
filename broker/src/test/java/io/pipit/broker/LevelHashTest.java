package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LevelHashTest {
    private final LevelHash hashes = LevelHash.of(7);

    private static byte[] bytes(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) random.nextInt(1, 256);
        }
        return bytes;
    }

    @Test
    void of_theSameLevel_isTheSameWhereverItLies() {
        SplittableRandom random = new SplittableRandom(1);
        for (int length = 0; length <= 40; length++) {
            byte[] level = bytes(random, length);
            long hash = hashes.of(level, 0, length);
            for (int offset = 1; offset < 10; offset++) {
                byte[] around = bytes(random, length + 20);
                System.arraycopy(level, 0, around, offset, length);
                assertThat(hashes.of(around, offset, offset + length)).isEqualTo(hash);
            }
        }
    }

    @Test
    void of_levelsThatDifferInAnyByteOrInLength_isDifferent() {
        SplittableRandom random = new SplittableRandom(2);
        byte[] level = bytes(random, 40);
        Set<Long> seen = new HashSet<>();
        int different = 0;
        for (int length = 1; length <= level.length; length++) {
            for (int place = 0; place < length; place++) {
                byte[] changed = level.clone();
                changed[place] ^= (byte) (changed[place] == 1 ? 2 : 1);
                seen.add(hashes.of(changed, 0, length));
                different++;
            }
        }
        assertThat(seen).hasSize(different);
    }

    @Test
    void of_levelsThatCount_spreadsInTheirHighAndLowBits() {
        for (String prefix : new String[] {"", "a-longer-device-"}) {
            BitSet high = new BitSet();
            BitSet low = new BitSet();
            for (int i = 0; i < 4_096; i++) {
                byte[] level = (prefix + i).getBytes(StandardCharsets.US_ASCII);
                long hash = hashes.of(level, 0, level.length);
                high.set((int) (hash >>> 56));
                low.set((int) hash & 31);
            }
            assertThat(high.cardinality()).isGreaterThan(200);
            assertThat(low.cardinality()).isEqualTo(32);
        }
    }

    @Test
    void of_withOtherSecrets_isAnother() {
        byte[] level = "temperature".getBytes(StandardCharsets.US_ASCII);
        assertThat(hashes.of(level, 0, 4)).isNotEqualTo(LevelHash.of(8).of(level, 0, 4));
        assertThat(hashes.of(level, 0, 11)).isNotEqualTo(LevelHash.of(8).of(level, 0, 11));
    }
}
