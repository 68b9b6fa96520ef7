package io.pipit.mqtt;

/** The Connect Flags (section 3.1.2.3) and the bit of the Protocol Level that marks a bridge. */
final class ConnectFlags {
    /** In the Protocol Level of 3.x. */
    static final int BRIDGE = 0x80;

    static final int USER_NAME = 0x80;
    static final int PASSWORD = 0x40;
    static final int WILL_RETAIN = 0x20;
    static final int WILL = 0x04;
    static final int CLEAN_START = 0x02;
    static final int RESERVED = 0x01;

    private static final int WILL_QOS_SHIFT = 3;

    private ConnectFlags() {}

    static int of(Connect connect) {
        Will will = connect.will();
        return (connect.userName() != null ? USER_NAME : 0)
                | (connect.password() != null ? PASSWORD : 0)
                | (will == null
                        ? 0
                        : WILL | (will.retain() ? WILL_RETAIN : 0) | will.qos().level() << WILL_QOS_SHIFT)
                | (connect.cleanStart() ? CLEAN_START : 0);
    }

    /** The level of the Will QoS, 0 to 3. */
    static int willQoS(int flags) {
        return (flags >> WILL_QOS_SHIFT) & 3;
    }
}
