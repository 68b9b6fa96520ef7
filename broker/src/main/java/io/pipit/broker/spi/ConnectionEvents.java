package io.pipit.broker.spi;

import io.pipit.mqtt.Packet;
import io.pipit.mqtt.ProtocolException;

/** What a {@link NetworkConnection} tells the broker, on the loop where it is registered. */
public interface ConnectionEvents {
    /** A packet was decoded. What it borrows from the read buffer is valid within this call's turn. */
    void received(Packet packet);

    /** The peer sent what is no packet; nothing more is decoded. */
    void malformed(ProtocolException fault);

    /** So many bytes were read, whole packets or not; comes before the packets in them are decoded. */
    void bytesReceived(long bytes);

    /** So many bytes were handed to the network. */
    void bytesSent(long bytes);

    /** The outgoing buffer has become empty after the network had not taken all of it. */
    void writable();

    /** The connection is closed, by whichever side; comes exactly once, last. */
    void closed();
}
