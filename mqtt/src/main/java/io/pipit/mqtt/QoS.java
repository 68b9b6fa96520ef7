package io.pipit.mqtt;

/** Quality of Service of one delivery, or the highest that a subscription accepts. */
public enum QoS {
    AT_MOST_ONCE(0),
    AT_LEAST_ONCE(1),
    EXACTLY_ONCE(2);

    private static final QoS[] LEVELS = values();

    private final int level;

    QoS(int level) {
        this.level = level;
    }

    /** The QoS of a level on the wire, 0 to 2. */
    public static QoS of(int level) {
        if (level < 0 || level > 2) {
            throw new IllegalArgumentException("QoS " + level + " is not 0, 1 or 2");
        }
        return LEVELS[level];
    }

    /** The level on the wire, 0 to 2. */
    public int level() {
        return level;
    }

    /** The lower of the two. */
    public QoS min(QoS other) {
        return level <= other.level ? this : other;
    }

    /** The higher of the two. */
    public QoS max(QoS other) {
        return level >= other.level ? this : other;
    }

    /** Whether a delivery at this QoS is acknowledged, and so has a Packet Identifier. */
    public boolean isAcknowledged() {
        return this != AT_MOST_ONCE;
    }
}
