package io.pipit.cli;

/** The command line is wrong. The message names the flag and says what to write instead. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    UsageException(String text) {
        super(text, null, false, false);
    }
}
