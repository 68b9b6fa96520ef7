package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes as Topic Filter and Topic Name, 0xFF between them: accepted, taken apart and matched as a model says that
 * knows section 4.7 by texts and levels.
 */
class TopicFilterFuzzTest {
    private static final byte SEPARATOR = (byte) 0xFF;

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "a/b a/b",
                        "# $SYS/a",
                        "+/b/# a/b",
                        "$share/g/a/+/c a/x/c",
                        "$SYS/# $SYS",
                        "/+// /a//",
                        "\u00E4/\uD83D\uDE00/+ \u00E4/\uD83D\uDE00/",
                        "$share//a a",
                        "a+ a",
                        "#/a a",
                        "$shared/a $shared/a",
                        "\0 \0")
                .map(pair -> {
                    byte[] bytes = pair.getBytes(StandardCharsets.UTF_8);
                    for (int i = 0; i < bytes.length; i++) {
                        bytes[i] = bytes[i] == ' ' ? SEPARATOR : bytes[i];
                    }
                    return bytes;
                });
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "")
    void filterAndTopic_ofAnyBytes_areWhatAModelSays(byte[] input) {
        int split = 0;
        while (split < input.length && input[split] != SEPARATOR) {
            split++;
        }
        byte[] filterBytes = Arrays.copyOf(input, split);
        byte[] topicBytes = Arrays.copyOfRange(input, Math.min(split + 1, input.length), input.length);
        String filterText = text(filterBytes);
        String topicText = text(topicBytes);
        TopicFilter filter = filter(filterBytes, filterText);
        TopicName topic = topic(topicBytes, topicText);
        if (filter != null && topic != null && filterText != null && topicText != null) {
            boolean expected = matches(unshared(filterText), topicText);
            assertThat(filter.matches(topic)).isEqualTo(expected);
            assertThat(filter.unshared().matches(topic)).isEqualTo(expected);
        }
    }

    private static @Nullable TopicFilter filter(byte[] bytes, @Nullable String text) {
        if (text == null || !isFilter(text)) {
            assertThat(catchThrowable(() -> TopicFilter.owning(bytes))).isInstanceOf(IllegalArgumentException.class);
            return null;
        }
        TopicFilter filter = TopicFilter.owning(bytes);
        assertThat(filter).hasToString(text).isEqualTo(TopicFilter.of(text)).hasSameHashCodeAs(TopicFilter.of(text));
        assertThat(filter.isShared()).isEqualTo(text.startsWith("$share/"));
        assertThat(filter.shareName()).isEqualTo(filter.isShared() ? text.split("/", -1)[1] : null);
        assertThat(filter.unshared()).hasToString(unshared(text));
        List<String> levels = levels(unshared(text));
        assertThat(filter.levels()).isEqualTo(levels.size());
        assertThat(filter.hasWildcards()).isEqualTo(levels.contains("+") || levels.contains("#"));
        return filter;
    }

    private static @Nullable TopicName topic(byte[] bytes, @Nullable String text) {
        if (text == null || text.isEmpty() || text.contains("+") || text.contains("#") || text.contains("\0")) {
            assertThat(catchThrowable(() -> TopicName.owning(bytes))).isInstanceOf(IllegalArgumentException.class);
            return null;
        }
        TopicName topic = TopicName.owning(bytes);
        assertThat(topic).hasToString(text).isEqualTo(TopicName.of(text)).hasSameHashCodeAs(TopicName.of(text));
        assertThat(topic.levels()).isEqualTo(levels(text).size());
        assertThat(topic.isDollar()).isEqualTo(text.startsWith("$"));
        return topic;
    }

    /** The text of these bytes, or null when they are not UTF-8. */
    private static @Nullable String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return null;
        }
    }

    private static List<String> levels(String text) {
        return List.of(text.split("/", -1));
    }

    private static boolean isFilter(String text) {
        if (text.contains("\0")) {
            return false;
        }
        if (text.startsWith("$share/")) {
            String[] parts = text.split("/", 3);
            boolean named = !parts[1].isEmpty() && !parts[1].contains("+") && !parts[1].contains("#");
            return parts.length == 3 && named && areLevels(parts[2]);
        }
        return areLevels(text);
    }

    private static boolean areLevels(String text) {
        List<String> levels = levels(text);
        for (int i = 0; i < levels.size(); i++) {
            String level = levels.get(i);
            boolean wild = level.contains("+") || level.contains("#");
            if (wild && !level.equals("+") && !(level.equals("#") && i == levels.size() - 1)) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static String unshared(String text) {
        return text.startsWith("$share/") ? text.split("/", 3)[2] : text;
    }

    private static boolean matches(String filter, String topic) {
        if (topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"))) {
            return false;
        }
        List<String> wanted = levels(filter);
        List<String> levels = levels(topic);
        for (int i = 0; i < wanted.size(); i++) {
            if (wanted.get(i).equals("#")) {
                return levels.size() >= i;
            }
            if (i == levels.size()
                    || !(wanted.get(i).equals("+") || wanted.get(i).equals(levels.get(i)))) {
                return false;
            }
        }
        return wanted.size() == levels.size();
    }
}
