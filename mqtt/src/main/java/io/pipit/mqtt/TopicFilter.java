package io.pipit.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A Topic Filter: what a subscription asks for. `+` stands for one level, `#` at the end for all that follow
 * (section 4.7.1). A shared one, `$share/name/filter`, has a Share Name (section 4.8.2), and its levels are those
 * of the filter behind it.
 */
public final class TopicFilter {
    private static final byte[] SHARE = "$share/".getBytes(StandardCharsets.US_ASCII);

    private final byte[] utf8;
    private final int start;
    private final int hash;
    private final boolean wildcards;

    private TopicFilter(byte[] utf8, int start) {
        this.utf8 = utf8;
        this.start = start;
        this.hash = Utf8Hash.of(utf8);
        this.wildcards = hasWildcard(utf8, start);
    }

    /**
     * The Topic Filter of a text.
     *
     * @throws IllegalArgumentException when it is none; the message says why
     */
    public static TopicFilter of(String filter) {
        byte[] utf8 = Utf8.encode(filter);
        String fault = faultOf(utf8);
        if (fault != null) {
            throw new IllegalArgumentException("Topic Filter \"" + filter + "\" " + fault);
        }
        return trusted(utf8);
    }

    /**
     * The Topic Filter of these very bytes, which nobody changes from now on.
     *
     * @throws IllegalArgumentException when it is none; the message says why
     */
    public static TopicFilter owning(byte[] utf8) {
        String fault = Utf8.isValid(utf8) ? faultOf(utf8) : "is not UTF-8";
        if (fault != null) {
            throw new IllegalArgumentException("Topic Filter " + fault);
        }
        return trusted(utf8);
    }

    /** A filter whose bytes {@link #faultOf} has found in order. */
    static TopicFilter trusted(byte[] utf8) {
        return new TopicFilter(utf8, shareEnd(utf8));
    }

    /** What is wrong with these bytes as a Topic Filter, or null; whether they are UTF-8 is not asked here. */
    static @Nullable String faultOf(byte[] utf8) {
        if (utf8.length == 0) {
            return "is empty"; // [MQTT-4.7.3-1]
        }
        if (utf8.length > 0xFFFF) {
            return "is longer than 65,535 bytes"; // [MQTT-4.7.3-3]
        }
        int start = 0;
        if (startsWithShare(utf8)) {
            start = shareEnd(utf8);
            if (start == SHARE.length + 1) {
                return "has an empty Share Name"; // [MQTT-4.8.2-1]
            }
            if (start == 0 || start == utf8.length) {
                return "has a Share Name but no filter behind it"; // [MQTT-4.8.2-2]
            }
            for (int i = SHARE.length; i < start - 1; i++) {
                if (utf8[i] == '+' || utf8[i] == '#') {
                    return "has a wildcard in its Share Name"; // [MQTT-4.8.2-2]
                }
                if (utf8[i] == 0) {
                    return "contains U+0000"; // [MQTT-4.7.3-2]
                }
            }
        }
        for (int i = start; i < utf8.length; i++) {
            boolean first = i == start || utf8[i - 1] == '/';
            boolean last = i == utf8.length - 1;
            switch (utf8[i]) {
                case 0 -> {
                    return "contains U+0000"; // [MQTT-4.7.3-2]
                }
                case '#' -> {
                    if (!first || !last) {
                        return "has # elsewhere than alone in its last level"; // [MQTT-4.7.1-1]
                    }
                }
                case '+' -> {
                    if (!first || !(last || utf8[i + 1] == '/')) {
                        return "has + beside other characters of a level"; // [MQTT-4.7.1-2]
                    }
                }
                default -> {}
            }
        }
        return null;
    }

    private static boolean startsWithShare(byte[] utf8) {
        return utf8.length >= SHARE.length && Arrays.equals(utf8, 0, SHARE.length, SHARE, 0, SHARE.length);
    }

    /** The index behind "$share/name/", or 0 when these bytes have no such beginning. */
    private static int shareEnd(byte[] utf8) {
        if (startsWithShare(utf8)) {
            for (int i = SHARE.length; i < utf8.length; i++) {
                if (utf8[i] == '/') {
                    return i + 1;
                }
            }
        }
        return 0;
    }

    private static boolean hasWildcard(byte[] utf8, int start) {
        for (int i = start; i < utf8.length; i++) {
            if (utf8[i] == '+' || utf8[i] == '#') {
                return true;
            }
        }
        return false;
    }

    /** Whether it begins with $share/. */
    public boolean isShared() {
        return start > 0;
    }

    /** The Share Name, or null of a filter that is not shared. */
    public @Nullable String shareName() {
        return start == 0 ? null : new String(utf8, SHARE.length, start - SHARE.length - 1, StandardCharsets.UTF_8);
    }

    /** The filter without its Share Name: this one when it has none. */
    public TopicFilter unshared() {
        return start == 0 ? this : new TopicFilter(Arrays.copyOfRange(utf8, start, utf8.length), 0);
    }

    /** Whether it contains + or #. */
    public boolean hasWildcards() {
        return wildcards;
    }

    /** How many levels it has behind a Share Name, at least 1. */
    public int levels() {
        int levels = 1;
        for (int i = start; i < utf8.length; i++) {
            if (utf8[i] == '/') {
                levels++;
            }
        }
        return levels;
    }

    /** Whether a Topic Name matches it (section 4.7); a Share Name plays no part. */
    public boolean matches(TopicName topic) {
        byte[] name = topic.utf8();
        if (name[0] == '$' && (utf8[start] == '+' || utf8[start] == '#')) {
            return false; // [MQTT-4.7.2-1]
        }
        int f = start;
        int n = 0;
        while (f < utf8.length) {
            if (utf8[f] == '#') {
                return true;
            }
            if (utf8[f] == '+') {
                while (n < name.length && name[n] != '/') {
                    n++;
                }
                f++;
            } else {
                while (f < utf8.length && utf8[f] != '/') {
                    if (n >= name.length || name[n] != utf8[f]) {
                        return false;
                    }
                    f++;
                    n++;
                }
                if (n < name.length && name[n] != '/') {
                    return false;
                }
            }
            if (f == utf8.length) {
                return n == name.length;
            }
            f++; // the separator of the filter
            if (n == name.length) {
                return f == utf8.length - 1 && utf8[f] == '#'; // # includes the parent level
            }
            n++; // and that of the name
        }
        return n == name.length && name[n - 1] == '/'; // both end in an empty level
    }

    /** Bytes of UTF-8 with a Share Name, 1 to 65,535. */
    public int size() {
        return utf8.length;
    }

    /** The UTF-8 itself with a Share Name, for readers that promise not to change it. */
    public byte[] utf8() {
        return utf8;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof TopicFilter that && hash == that.hash && Arrays.equals(utf8, that.utf8));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
