package io.pipit.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The units that values of one kind are written with.
 *
 * @param names the units, smallest first
 * @param sizes how many of the smallest each is
 */
record Units(List<String> names, List<Long> sizes) {
    /** Of durations, in milliseconds. */
    static final Units TIME =
            new Units(List.of("ms", "s", "m", "h", "d"), List.of(1L, 1000L, 60_000L, 3_600_000L, 86_400_000L));
    /** Of memory, in bytes. */
    static final Units MEMORY =
            new Units(List.of("B", "KiB", "MiB", "GiB", "TiB"), List.of(1L, 1L << 10, 1L << 20, 1L << 30, 1L << 40));

    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9][0-9_]{0,17})\\s*([A-Za-z]*)");

    Units {
        names = List.copyOf(names);
        sizes = List.copyOf(sizes);
    }

    /** How many of the smallest unit a text says, or null when it is no such text. 0 needs no unit. */
    @Nullable
    Long parse(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text.strip());
        if (!matcher.matches()) {
            return null;
        }
        long number = Long.parseLong(matcher.group(1).replace("_", ""));
        int unit = names.indexOf(matcher.group(2));
        if (unit < 0) {
            return number == 0 && matcher.group(2).isEmpty() ? 0L : null;
        }
        long size = sizes.get(unit);
        return number > Long.MAX_VALUE / size ? null : number * size;
    }

    /** The shortest text of an amount: with the largest unit that divides it. */
    String format(long amount) {
        if (amount == 0) {
            return "0";
        }
        int unit = names.size() - 1;
        while (amount % sizes.get(unit) != 0) {
            unit--;
        }
        return amount / sizes.get(unit) + names.get(unit);
    }

    static String format(Duration duration) {
        return TIME.format(duration.toMillis());
    }

    /** The units for people: {@code ms, s, m, h or d}. */
    @Override
    public String toString() {
        List<String> but = new ArrayList<>(names);
        String last = but.removeLast();
        return String.join(", ", but) + " or " + last;
    }
}
