package io.pipit.broker.spi;

import io.pipit.mqtt.Connect;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.ReasonCode;
import java.util.function.Consumer;

/** Decides who may connect. Called on the loop of the connection, which reads nothing until the answer. */
public interface Authenticator {
    /** The answer. */
    sealed interface Decision {
        /** The client is who it says. */
        record Accepted() implements Decision {}

        /**
         * It is not.
         *
         * @param reasonCode one of CONNACK, 0x80 or above
         * @param why for the log, never for the client
         */
        record Refused(ReasonCode reasonCode, String why) implements Decision {
            public Refused {
                if (!reasonCode.isError() || !reasonCode.isFor(PacketType.CONNACK)) { // [MQTT-3.2.2-8]
                    throw new IllegalArgumentException("CONNACK cannot refuse with " + reasonCode);
                }
            }
        }
    }

    /**
     * Decides, at once or later, from any thread, once.
     *
     * @param connect where the certificate of the peer says who it is, with that as its user name:
     *     {@link Peer#certifiedName}
     */
    void authenticate(Connect connect, Peer peer, Consumer<Decision> answer);
}
