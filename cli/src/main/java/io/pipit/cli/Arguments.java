package io.pipit.cli;

import org.jspecify.annotations.Nullable;

/**
 * The arguments of a command, taken one by one. A value follows its flag as an argument of its own, whatever it
 * begins with, or behind {@code =} where the flag is a long one.
 */
final class Arguments {
    private final String[] arguments;
    private int next;
    private String flag = "";
    private @Nullable String attached;

    /** Those from an index on. */
    Arguments(String[] arguments, int from) {
        this.arguments = arguments;
        this.next = from;
    }

    boolean hasNext() {
        return next < arguments.length;
    }

    /** The next flag, or an argument that is none. */
    String nextFlag() throws UsageException {
        if (attached != null) {
            throw new UsageException(flag + " takes no value");
        }
        flag = arguments[next++];
        int equals = flag.indexOf('=');
        if (equals > 2 && flag.startsWith("--")) {
            attached = flag.substring(equals + 1);
            flag = flag.substring(0, equals);
        }
        return flag;
    }

    /** To be asked after the last flag, which may have had a value that nobody took. */
    void requireTaken() throws UsageException {
        if (attached != null) {
            throw new UsageException(flag + " takes no value");
        }
    }

    /** The value of the flag just taken. */
    String value(String what) throws UsageException {
        if (attached != null) {
            String value = attached;
            attached = null;
            return value;
        }
        if (!hasNext()) {
            throw new UsageException(flag + " needs " + what + " behind it");
        }
        return arguments[next++];
    }

    /** The value of the flag just taken, a whole number in a range. */
    long number(String what, long minimum, long maximum) throws UsageException {
        String text = value(what);
        try {
            long number = Long.parseLong(text);
            if (number >= minimum && number <= maximum) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw new UsageException(flag + " " + text + ": " + what + " is a whole number");
        }
        throw new UsageException(flag + " " + text + ": " + what + " is " + minimum + " to " + maximum);
    }

    /** The value of the flag just taken, seconds that need not be whole. */
    double seconds(String what) throws UsageException {
        String text = value(what);
        try {
            double seconds = Double.parseDouble(text);
            if (seconds >= 0 && seconds <= Integer.MAX_VALUE) {
                return seconds;
            }
        } catch (NumberFormatException notANumber) {
            throw new UsageException(flag + " " + text + ": " + what + " is a number of seconds, such as 0.5");
        }
        throw new UsageException(flag + " " + text + ": " + what + " is not negative");
    }
}
