package io.pipit.simulation;

/** A rule was broken: what a seed is looked for. */
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String rule;

    Violation(String rule, String text) {
        super(rule + ": " + text);
        this.rule = rule;
    }

    Violation(String rule, Throwable cause) {
        super(rule + ": " + cause, cause);
        this.rule = rule;
    }

    /** The name of the rule: a shrunk history must break the same. */
    String rule() {
        return rule;
    }
}
