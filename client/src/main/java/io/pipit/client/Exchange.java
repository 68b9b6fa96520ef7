package io.pipit.client;

import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.Subscribe;
import io.pipit.mqtt.Unsubscribe;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One Packet Identifier in use by the client: what it sent last and what it waits for. Guarded by the client's lock,
 * except {@link #answer}, which is completed without it.
 */
final class Exchange {
    private final CompletableFuture<Packet> answer = new CompletableFuture<>();
    private final int identifier;
    private Packet packet;
    private PacketType awaited;
    private @Nullable PubRec received;
    private boolean sent;
    private boolean attempted;
    private boolean abandoned;
    private Subscriptions.@Nullable Call restored;

    Exchange(int identifier, Packet packet, PacketType awaited) {
        this.identifier = identifier;
        this.packet = packet;
        this.awaited = awaited;
    }

    /** What the server said: PUBACK, PUBREC, SUBACK or UNSUBACK; or an {@link MqttException}. */
    CompletableFuture<Packet> answer() {
        return answer;
    }

    int identifier() {
        return identifier;
    }

    /** What was sent last, or is to be sent. */
    Packet packet() {
        return packet;
    }

    PacketType awaited() {
        return awaited;
    }

    boolean isRequest() {
        return packet instanceof Subscribe || packet instanceof Unsubscribe;
    }

    /** Whether {@link #packet} has gone out on the present connection. */
    boolean isSent() {
        return sent;
    }

    void setSent(boolean value) {
        sent = value;
        attempted |= value;
    }

    /** Whether the server's session may know its message: it went out on any connection of that session. */
    boolean isAttempted() {
        return attempted;
    }

    /** Whoever waited for it does so no more. */
    boolean isAbandoned() {
        return abandoned;
    }

    void abandon() {
        abandoned = true;
    }

    /** It brings back what the server had granted to that call and has lost. */
    void restores(Subscriptions.Call call) {
        restored = call;
    }

    /** The call whose subscriptions it brings back, or null. */
    Subscriptions.@Nullable Call restored() {
        return restored;
    }

    /** Another form of the same packet is what goes out. */
    void replace(Packet other) {
        packet = other;
    }

    /** The server has taken over a message of QoS 2: PUBREL is what goes out from now on. */
    void release(PubRec by, Packet pubRel) {
        received = by;
        packet = pubRel;
        awaited = PacketType.PUBCOMP;
    }

    /** The PUBREC that decided on a message of QoS 2, once it has come. */
    @Nullable
    PubRec received() {
        return received;
    }

    /** Back to the beginning: the server's session that may have known it is no more. */
    void forgetAttempts() {
        attempted = false;
    }
}
