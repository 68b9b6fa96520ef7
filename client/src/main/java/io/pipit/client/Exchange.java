package io.pipit.client;

import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketType;
import java.util.concurrent.CompletableFuture;

/**
 * One Packet Identifier in use by the client: what it sent last and what it waits for. Guarded by the client's lock,
 * except {@link #answer}, which is completed without it.
 */
final class Exchange {
    private final CompletableFuture<Packet> answer = new CompletableFuture<>();
    private Packet packet;
    private PacketType awaited;
    private boolean sent;

    Exchange(Packet packet, PacketType awaited) {
        this.packet = packet;
        this.awaited = awaited;
    }

    /** The packet that ends it, or an {@link MqttException}. */
    CompletableFuture<Packet> answer() {
        return answer;
    }

    /** What was sent last and is sent again on a new connection. */
    Packet packet() {
        return packet;
    }

    PacketType awaited() {
        return awaited;
    }

    /** Whether {@link #packet} has gone out on the present connection. */
    boolean isSent() {
        return sent;
    }

    void setSent(boolean value) {
        sent = value;
    }

    /** The next step: another packet goes out and another is awaited. */
    void proceed(Packet next, PacketType nextAwaited) {
        packet = next;
        awaited = nextAwaited;
    }
}
