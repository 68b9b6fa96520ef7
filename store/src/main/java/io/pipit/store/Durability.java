package io.pipit.store;

/** How safe a commit is when it is answered. */
public enum Durability {
    /** It is in memory and reaches the disk some time: lost when the process is killed. */
    NONE,
    /** The operating system has it: survives the end of the process, not that of the machine. */
    OS,
    /** The disk has it: survives both. */
    FSYNC
}
