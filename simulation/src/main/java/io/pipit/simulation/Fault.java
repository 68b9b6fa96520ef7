package io.pipit.simulation;

/** What goes wrong, as it is counted. */
enum Fault {
    CRASH(true),
    STOP(true),
    DISK_FULL(true),
    DISK_FAILING(true),
    DISK_SLOW(true),
    DISK_REFUSING(true),
    DISK_UNREADABLE(true),
    LOST_CONNECTION(false),
    SILENT_CONNECTION(false),
    STALLED_CLIENT(false),
    TAKEOVER(false);

    private final boolean everybodys;

    Fault(boolean everybodys) {
        this.everybodys = everybodys;
    }

    /** Whether it strikes the whole broker, and not one client. */
    boolean isEverybodys() {
        return everybodys;
    }
}
