package io.pipit.simulation;

/** Something that must hold in every history. A rule that is broken throws a {@link Violation}. */
interface Rule {
    /** A client hears a PUBLISH. */
    default void delivered(Delivery delivery) {}

    /** The process of the broker was killed, or its storage has failed: what was not acknowledged may be undone. */
    default void undone() {}

    /** All trouble is over, everybody is connected, has read and acknowledged, and nothing more happens. */
    default void settled(Ledger ledger) {}
}
