package io.pipit.mqtt;

/** Quality of Service of one delivery, or the highest that a subscription accepts. */
public enum QoS {
    AT_MOST_ONCE,
    AT_LEAST_ONCE,
    EXACTLY_ONCE;

    private static final QoS[] LEVELS = values();

    /** The QoS of a level on the wire, 0 to 2. */
    public static QoS of(int level) {
        if (level < 0 || level > 2) {
            throw new IllegalArgumentException("QoS " + level + " is not 0, 1 or 2");
        }
        return LEVELS[level];
    }

    /** The level on the wire, 0 to 2. */
    public int level() {
        return ordinal();
    }

    /** The lower of the two. */
    public QoS min(QoS other) {
        return ordinal() <= other.ordinal() ? this : other;
    }

    /** The higher of the two. */
    public QoS max(QoS other) {
        return ordinal() >= other.ordinal() ? this : other;
    }

    /** Whether a delivery at this QoS is acknowledged, and so has a Packet Identifier. */
    public boolean isAcknowledged() {
        return this != AT_MOST_ONCE;
    }
}
