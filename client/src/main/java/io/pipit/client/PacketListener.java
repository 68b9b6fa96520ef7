package io.pipit.client;

import io.pipit.mqtt.Packet;

/** Sees every packet in the order of the wire, for tracing. Called with a lock held: it must not call the client. */
public interface PacketListener {
    /** A packet goes out. */
    void sent(Packet packet);

    /** A packet has come in. */
    void received(Packet packet);

    /** Sees nothing. */
    static PacketListener none() {
        return new PacketListener() {
            @Override
            public void sent(Packet packet) {}

            @Override
            public void received(Packet packet) {}
        };
    }
}
