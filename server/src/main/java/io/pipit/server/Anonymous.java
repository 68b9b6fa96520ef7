package io.pipit.server;

/** Who may connect without saying who it is. */
public enum Anonymous {
    /** Everybody on this machine; Pipit then listens nowhere else. */
    LOOPBACK,
    /** Everybody who reaches a listener. */
    ALLOW
}
