package io.pipit.client;

import io.pipit.mqtt.ProtocolVersion;
import java.io.IOException;

/**
 * The server's side of a connection, in packets that several versions share: in hexadecimal, without their Remaining
 * Length, with {@code ~} where 5.0 has properties and these are none, and a comma between packets.
 */
final class VersionedDialogue {
    /** What the server's side of one connection does. */
    @FunctionalInterface
    interface Script {
        void play(VersionedDialogue dialogue) throws IOException;
    }

    private final ScriptedServer.Dialogue dialogue;
    private final ProtocolVersion version;

    VersionedDialogue(ScriptedServer.Dialogue dialogue, ProtocolVersion version) {
        this.dialogue = dialogue;
        this.version = version;
    }

    /** Reads a CONNECT of any content, and accepts it with a new session. */
    VersionedDialogue accept() throws IOException {
        return acceptWith("20 00 00 ~");
    }

    /** Reads a CONNECT of any content, and resumes a session. */
    VersionedDialogue resume() throws IOException {
        return acceptWith("20 01 00 ~");
    }

    VersionedDialogue acceptWith(String connAck) throws IOException {
        dialogue.accept(wire(connAck));
        return this;
    }

    VersionedDialogue expect(String packets) throws IOException {
        dialogue.expect(wire(packets));
        return this;
    }

    VersionedDialogue send(String packets) throws IOException {
        dialogue.send(wire(packets));
        return this;
    }

    /** Sends one byte after the other. */
    VersionedDialogue sendSlowly(String packet) throws IOException {
        String wire = wire(packet);
        for (int i = 0; i < wire.length(); i += 2) {
            dialogue.send(wire.substring(i, i + 2));
        }
        return this;
    }

    /** The client closes, after a DISCONNECT with this reason where the version has one. */
    VersionedDialogue expectRefusal(String reason) throws IOException {
        if (version.hasProperties()) {
            dialogue.expect("e0 01" + reason);
        }
        return expectEnd();
    }

    VersionedDialogue expectEnd() throws IOException {
        dialogue.expectEnd();
        return this;
    }

    /** Ends the connection as if the server had died. */
    void drop() throws IOException {
        dialogue.drop();
    }

    private String wire(String packets) {
        StringBuilder wire = new StringBuilder();
        for (String packet : packets.split(",", -1)) {
            String hex =
                    packet.replace("~", version.hasProperties() ? "00" : "").replace(" ", "");
            int length = hex.length() / 2 - 1;
            if (length > 127) {
                throw new IllegalArgumentException("write a packet of " + length + " bytes yourself");
            }
            wire.append(hex, 0, 2).append("%02x".formatted(length)).append(hex.substring(2));
        }
        return wire.toString();
    }
}
