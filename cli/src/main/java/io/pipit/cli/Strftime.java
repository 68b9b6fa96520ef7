package io.pipit.cli;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** The conversions of C's strftime in the C locale, and @N for the nanoseconds, which it lacks. */
final class Strftime {
    private Strftime() {}

    /** 2016-08-10T09:47:38+0100. */
    static String isoDateTime(ZonedDateTime time) {
        return expand("Y-m-dTH:M:Sz", time);
    }

    /** 2016-08-10T09:47:38.123456Z+0100, as JSON output has it. */
    static String isoDateTimeWithMicroseconds(ZonedDateTime time) {
        return expand("Y-m-dTH:M:S.", time) + "%06dZ".formatted(time.getNano() / 1000) + format('z', time);
    }

    /** A text in which the letters of strftime are replaced, except T. */
    private static String expand(String letters, ZonedDateTime time) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            if (letter != 'T' && Character.isLetter(letter)) {
                text.append(format(letter, time));
            } else {
                text.append(letter);
            }
        }
        return text.toString();
    }

    /** The value of a conversion; an unknown one is left as it is, behind a percent sign. */
    static String format(char conversion, ZonedDateTime time) {
        return switch (conversion) {
            case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'c' ->
                format('a', time) + " " + format('b', time) + " " + format('e', time) + " " + format('T', time) + " "
                        + format('Y', time);
            case 'C' -> zeros(2, time.getYear() / 100);
            case 'd' -> zeros(2, time.getDayOfMonth());
            case 'D', 'x' -> format('m', time) + "/" + format('d', time) + "/" + format('y', time);
            case 'e' -> blanks(time.getDayOfMonth());
            case 'F' -> format('Y', time) + "-" + format('m', time) + "-" + format('d', time);
            case 'g' -> zeros(2, time.get(IsoFields.WEEK_BASED_YEAR) % 100);
            case 'G' -> Integer.toString(time.get(IsoFields.WEEK_BASED_YEAR));
            case 'H' -> zeros(2, time.getHour());
            case 'I' -> zeros(2, time.get(ChronoField.CLOCK_HOUR_OF_AMPM));
            case 'j' -> zeros(3, time.getDayOfYear());
            case 'k' -> blanks(time.getHour());
            case 'l' -> blanks(time.get(ChronoField.CLOCK_HOUR_OF_AMPM));
            case 'm' -> zeros(2, time.getMonthValue());
            case 'M' -> zeros(2, time.getMinute());
            case 'n' -> "\n";
            case 'N' -> zeros(9, time.getNano());
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'P' -> time.getHour() < 12 ? "am" : "pm";
            case 'r' -> format('I', time) + ":" + format('M', time) + ":" + format('S', time) + " " + format('p', time);
            case 'R' -> format('H', time) + ":" + format('M', time);
            case 's' -> Long.toString(time.toEpochSecond());
            case 'S' -> zeros(2, time.getSecond());
            case 't' -> "\t";
            case 'T', 'X' -> format('R', time) + ":" + format('S', time);
            case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
            case 'U' -> zeros(2, (time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7);
            case 'V' -> zeros(2, time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
            case 'W' -> zeros(2, (time.getDayOfYear() + 7 - time.getDayOfWeek().getValue()) / 7);
            case 'y' -> zeros(2, time.getYear() % 100);
            case 'Y' -> Integer.toString(time.getYear());
            case 'z' -> DateTimeFormatter.ofPattern("xx", Locale.ROOT).format(time);
            case 'Z' -> time.getZone().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            default -> "%" + conversion;
        };
    }

    private static String zeros(int digits, int number) {
        return ("%0" + digits + "d").formatted(number);
    }

    private static String blanks(int number) {
        return "%2d".formatted(number);
    }
}
