package io.pipit.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TopicOrderTest {
    private static final List<String> ORDERED = List.of(
            "",
            "/",
            "//",
            "/a",
            "\u0001",
            "$SYS",
            "$SYS/a",
            "%",
            "a",
            "a/",
            "a//b",
            "a/a",
            "a/a/z",
            "a/b",
            "a\u0001",
            "a\u0001/b",
            "a b",
            "a!",
            "a.",
            "a0",
            "aa",
            "aa/b",
            "b",
            "é",
            "\uD83D\uDE00");

    @Test
    void compare_putsASubtreeNextToItsTopic() {
        for (int i = 0; i < ORDERED.size(); i++) {
            for (int j = 0; j < ORDERED.size(); j++) {
                assertThat(Integer.signum(TopicOrder.BY_LEVELS.compare(bytes(ORDERED.get(i)), bytes(ORDERED.get(j)))))
                        .as("%s and %s", ORDERED.get(i), ORDERED.get(j))
                        .isEqualTo(Integer.compare(i, j));
            }
        }
    }

    @Test
    void behindSubtree_isBehindAllBelowAndBeforeAllElse() {
        byte[] place = TopicOrder.behindSubtree(bytes("a/x"), 1);
        for (String topic : ORDERED) {
            boolean before = ORDERED.indexOf(topic) < ORDERED.indexOf("a\u0001");
            assertThat(TopicOrder.BY_LEVELS.compare(bytes(topic), place) < 0)
                    .as(topic)
                    .isEqualTo(before);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
