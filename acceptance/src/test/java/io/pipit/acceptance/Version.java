package io.pipit.acceptance;

/** A version of the protocol, as a client asks for it. */
enum Version {
    V3_1(3),
    V3_1_1(4),
    V5(5);

    private final int level;

    Version(int level) {
        this.level = level;
    }

    /** The protocol level in CONNECT. */
    int level() {
        return level;
    }
}
