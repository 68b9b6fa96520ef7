package io.pipit.mqtt;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * One normative statement of a specification.
 *
 * @param specification where it stands
 * @param number its number there, such as {@code MQTT-3.3.2-2}
 * @param binds whom it binds
 * @param words what it says, in our own words
 * @param remark why it binds clients only; or {@code server: } or {@code client: } and why no test of that side can be
 *     written; else empty
 */
public record Statement(Specification specification, String number, Set<Side> binds, String words, String remark) {
    /** Who may have to obey. */
    public enum Side {
        SERVER,
        CLIENT;

        private String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Statement {
        binds = Set.copyOf(binds);
    }

    static Statement parse(Specification specification, String line) {
        String[] columns = line.split("\t", -1);
        if (columns.length < 3 || columns.length > 4) {
            throw new IllegalArgumentException("three or four columns are needed: " + line);
        }
        Set<Side> binds = switch (columns[1]) {
            case "server" -> EnumSet.of(Side.SERVER);
            case "client" -> EnumSet.of(Side.CLIENT);
            case "both" -> EnumSet.allOf(Side.class);
            default -> throw new IllegalArgumentException("server, client or both: " + line);
        };
        return new Statement(specification, columns[0], binds, columns[2], columns.length == 4 ? columns[3] : "");
    }

    /** How tests and comments name it. */
    public String citation() {
        return specification.prefix() + number;
    }

    /** Why no test of this side can be written; empty when one can. */
    public String excuse(Side side) {
        String start = side.label() + ": ";
        return remark.startsWith(start) ? remark.substring(start.length()) : "";
    }
}
