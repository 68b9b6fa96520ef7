package io.pipit.simulation;

/** What goes wrong, as it is counted. */
enum Fault {
    CRASH,
    STOP,
    DISK_FULL,
    DISK_FAILING,
    DISK_SLOW,
    DISK_REFUSING,
    DISK_UNREADABLE,
    WALL_CLOCK_SET,
    LOST_CONNECTION,
    SILENT_CONNECTION,
    STALLED_CLIENT,
    TAKEOVER;

    /** Whether bytes that are on their way never arrive because of it. */
    boolean losesWhatIsUnderWay() {
        return this == CRASH || this == LOST_CONNECTION || this == SILENT_CONNECTION;
    }
}
