package io.pipit.simulation;

import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.NetworkConnection;
import io.pipit.broker.spi.Peer;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.EncodedPublish;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.ProtocolVersion;

/**
 * A connection with a fault: it throws at every PUBLISH.
 *
 * @param speechless whether it throws at DISCONNECT, too
 */
record BreakingConnection(NetworkConnection whole, boolean speechless) implements NetworkConnection {
    @Override
    public Peer peer() {
        return whole.peer();
    }

    @Override
    public void established(int maximumPacketSize) {
        whole.established(maximumPacketSize);
    }

    @Override
    public void send(Packet packet, ProtocolVersion version) {
        if (speechless && packet instanceof Disconnect) {
            throw new IllegalStateException("a broken connection says nothing");
        }
        whole.send(packet, version);
    }

    @Override
    public void send(EncodedPublish publish, int packetIdentifier, boolean dup) {
        throw new IllegalStateException("a broken connection");
    }

    @Override
    public long outgoingBytes() {
        return whole.outgoingBytes();
    }

    @Override
    public void pause() {
        whole.pause();
    }

    @Override
    public void resume() {
        whole.resume();
    }

    @Override
    public void move(Loop target, Runnable arrived) {
        whole.move(target, arrived);
    }

    @Override
    public void close() {
        whole.close();
    }

    @Override
    public void abort() {
        whole.abort();
    }
}
