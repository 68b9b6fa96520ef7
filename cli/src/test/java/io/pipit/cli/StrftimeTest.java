package io.pipit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StrftimeTest {
    /** Expected values are those of GNU date for the same moment. */
    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "a,Sun",
                "A,Sunday",
                "b,Jan",
                "h,Jan",
                "B,January",
                "c,Sun Jan  3 15:04:05 2027",
                "C,20",
                "d,03",
                "D,01/03/27",
                "e, 3",
                "F,2027-01-03",
                "g,26",
                "G,2026",
                "H,15",
                "I,03",
                "j,003",
                "k,15",
                "l, 3",
                "m,01",
                "M,04",
                "N,006000000",
                "p,PM",
                "P,pm",
                "r,03:04:05 PM",
                "R,15:04",
                "s,1798988645",
                "S,05",
                "T,15:04:05",
                "u,7",
                "U,01",
                "V,53",
                "w,0",
                "W,00",
                "x,01/03/27",
                "X,15:04:05",
                "y,27",
                "Y,2027",
                "z,+0000",
                "Z,Z",
                "Q,%Q",
            })
    void format_ofConversion_isThatOfC(char conversion, String expected) {
        ZonedDateTime time = ZonedDateTime.of(2027, 1, 3, 15, 4, 5, 6_000_000, ZoneOffset.UTC);

        assertThat(Strftime.format(conversion, time)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"2026-12-31,52,52", "2026-03-07,09,09", "2028-01-01,00,00", "2024-01-01,00,01"})
    void format_ofWeeks_countsFromSundayAndMonday(String date, String fromSunday, String fromMonday) {
        ZonedDateTime time = ZonedDateTime.parse(date + "T00:00:00Z");

        assertThat(Strftime.format('U', time)).isEqualTo(fromSunday);
        assertThat(Strftime.format('W', time)).isEqualTo(fromMonday);
    }
}
