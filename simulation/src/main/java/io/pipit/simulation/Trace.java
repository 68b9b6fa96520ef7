package io.pipit.simulation;

import io.pipit.mqtt.Packet;
import java.util.Locale;

/**
 * Everything that happens between the broker and the world, in its order: as a hash, which is the same whenever the
 * same seed runs, and on demand as a dialogue for people.
 */
final class Trace {
    /** Takes the dialogue, line by line. */
    interface Reader {
        /** One that does not want it. */
        Reader NOBODY = new Reader() {
            @Override
            public boolean isThere() {
                return false;
            }

            @Override
            public void line(String text) {}
        };

        /** Whether lines are to be made. */
        default boolean isThere() {
            return true;
        }

        void line(String text);
    }

    private static final long PRIME = 0x9E37_79B9_7F4A_7C15L;

    private final SimulatedClock clock;
    private final Reader reader;
    private long hash = 1;
    private long events;

    /** An empty one. */
    Trace(SimulatedClock clock, Reader reader) {
        this.clock = clock;
        this.reader = reader;
    }

    long hash() {
        return hash;
    }

    /** How many things happened. */
    long events() {
        return events;
    }

    /** Bytes went over a connection; {@code toBroker} or back. */
    void bytes(int client, boolean toBroker, byte[] bytes) {
        mix(client * 2L + (toBroker ? 1 : 0));
        for (byte one : bytes) {
            hash = hash * 31 + one;
        }
    }

    /** A client sends or hears a packet: for people, the bytes count. */
    void packet(String client, String arrow, Packet packet) {
        if (reader.isThere()) {
            say(client, arrow, PacketText.of(packet));
        }
    }

    /** Something that has no packet. */
    void note(String who, String what) {
        mix(what.hashCode());
        if (reader.isThere()) {
            say(who, "--", what);
        }
    }

    private void mix(long value) {
        events++;
        hash = Long.rotateLeft(hash ^ value ^ clock.nanos(), 23) * PRIME;
    }

    private void say(String who, String arrow, String text) {
        reader.line(String.format(Locale.ROOT, "%10.4f s  %-4s %s %s", clock.elapsedMicros() / 1e6, who, arrow, text));
    }
}
