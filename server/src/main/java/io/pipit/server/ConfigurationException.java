package io.pipit.server;

import java.util.List;

/** A configuration that cannot be used. Its message has one line for every problem, each with its place. */
public final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1;

    /** With all that is wrong. */
    ConfigurationException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
    }
}
