package io.pipit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonReaderTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "12",
                "-1.5e+3",
                "1E-2",
                "true",
                "false",
                "null",
                "\"\"",
                "\"\\u00e9\\n\\\"\\/\"",
                "[]",
                "{}",
                "[1,[2,{}]]",
                "{\"a\":1,\"b\":[null]}",
                "\"\u00e9\""
            })
    void copyTo_ofJson_keepsIt(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        assertThat(JsonReader.isValid(bytes)).isTrue();
        new JsonReader(bytes).copyTo(new JsonWriter(out, false));

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(text);
    }

    @Test
    void copyTo_ofJsonWithBlanks_dropsThem() {
        byte[] bytes = " { \"a b\" :\t[ 1 ,\r\n2 ] } ".getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        new JsonReader(bytes).copyTo(new JsonWriter(out, false));

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("{\"a b\":[1,2]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "01",
                "-",
                "1.",
                ".5",
                "1e",
                "+1",
                "tru",
                "nul",
                "\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\n\"",
                "[",
                "[1",
                "[1,]",
                "[,1]",
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{a:1}",
                "{\"a\":1",
                "1 2",
                "[]]",
                "'a'"
            })
    void isValid_ofAnythingElse_isFalse(String text) {
        assertThat(JsonReader.isValid(text.getBytes(StandardCharsets.UTF_8))).isFalse();
    }

    @Test
    void isValid_ofEndlessNesting_isFalse() {
        assertThat(JsonReader.isValid("[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8)))
                .isFalse();
    }
}
