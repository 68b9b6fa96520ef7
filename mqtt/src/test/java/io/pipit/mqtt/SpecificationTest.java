package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Statement.Side;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The lists of the normative statements are whole and in our own words. */
final class SpecificationTest {
    private static final Pattern NUMBER = Pattern.compile("MQTT-\\d\\.\\d+\\.\\d-\\d+");
    private static final int WORDS = 10;

    /** As Appendix B of each specification counts them: docs/conformance.md says how that was found. */
    @ParameterizedTest
    @CsvSource({"MQTT_3_1_1,141", "MQTT_5_0,251"})
    void statements_areAsManyAsInTheAppendix(Specification specification, int count) {
        assertThat(specification.statements()).hasSize(count);
    }

    @ParameterizedTest
    @EnumSource(Specification.class)
    void numbers_areInOrderAndDifferent(Specification specification) {
        List<String> numbers =
                specification.statements().stream().map(Statement::number).toList();

        assertThat(numbers).allMatch(NUMBER.asMatchPredicate()).doesNotHaveDuplicates();
        assertThat(numbers.stream().map(SpecificationTest::parts))
                .isSortedAccordingTo(Comparator.comparing(parts -> parts, Arrays::compare));
    }

    @ParameterizedTest
    @EnumSource(Specification.class)
    void numbers_haveNoGapsButOne(Specification specification) {
        List<int[]> numbers = specification.statements().stream()
                .map(statement -> parts(statement.number()))
                .toList();

        for (int i = 1; i < numbers.size(); i++) {
            int[] last = numbers.get(i - 1);
            int[] next = numbers.get(i);
            boolean sameSection = Arrays.equals(last, 0, 3, next, 0, 3);
            // section 2.2.1 of MQTT 5.0 begins with its second statement
            int first = specification == Specification.MQTT_5_0 && Arrays.equals(next, 0, 3, new int[] {2, 2, 1}, 0, 3)
                    ? 2
                    : 1;
            assertThat(next[3]).isEqualTo(sameSection ? last[3] + 1 : first);
        }
    }

    @ParameterizedTest
    @EnumSource(Specification.class)
    void words_areOneToTen(Specification specification) {
        assertThat(specification.statements())
                .allSatisfy(statement -> assertThat(statement.words().split(" ", -1))
                        .hasSizeBetween(1, WORDS)
                        .doesNotContain(""));
    }

    @ParameterizedTest
    @EnumSource(Specification.class)
    void statementsForClientsOnly_sayWhy(Specification specification) {
        assertThat(specification.statements())
                .filteredOn(statement -> statement.binds().equals(Set.of(Side.CLIENT)))
                .allSatisfy(statement -> assertThat(statement.remark()).isNotEmpty());
    }

    @ParameterizedTest
    @EnumSource(Specification.class)
    void remarksElsewhere_areAboutASideThatIsBound(Specification specification) {
        assertThat(specification.statements())
                .filteredOn(statement -> statement.binds().contains(Side.SERVER)
                        && !statement.remark().isEmpty())
                .allSatisfy(statement -> assertThat(statement.binds())
                        .anyMatch(side -> !statement.excuse(side).isEmpty()));
    }

    @Test
    void cited_withThePrefix_isOf311() {
        assertThat(Specification.cited("MQTT-3.1.3-9"))
                .hasValueSatisfying(found -> assertThat(found.specification()).isEqualTo(Specification.MQTT_5_0));
        assertThat(Specification.cited("3.1.1:MQTT-3.1.3-9"))
                .hasValueSatisfying(found -> assertThat(found.specification()).isEqualTo(Specification.MQTT_3_1_1));
        assertThat(Specification.cited("MQTT-" + "2.2.1-1")).isEmpty();
    }

    private static int[] parts(String number) {
        return Arrays.stream(number.substring("MQTT-".length()).split("[.-]", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
    }
}
