package io.pipit.acceptance;

import io.pipit.acceptance.Endpoint.Transport;
import java.util.List;

/**
 * The broker that the scenarios run against: Pipit, or with {@code -Dbroker=mosquitto} a peer, to tell a wrong test from a
 * wrong broker.
 */
sealed interface BrokerUnderTest extends AutoCloseable permits PipitProcess, MosquittoProcess {
    /** The system property that chooses. */
    String PROPERTY = "broker";

    /** Starts the chosen broker; the settings are Pipit's, as {@code --set} takes them, and a peer ignores them. */
    static BrokerUnderTest start(String... settings) {
        String chosen = System.getProperty(PROPERTY, "pipit");
        return switch (chosen) {
            case "pipit" -> PipitProcess.start(List.of(settings));
            case "mosquitto" -> MosquittoProcess.start();
            default -> throw new IllegalArgumentException("unknown -D" + PROPERTY + ": " + chosen);
        };
    }

    int port(Transport transport);

    default Endpoint endpoint(Transport transport) {
        return new Endpoint(transport, port(transport));
    }

    /** Stops the broker, and checks that it ends as it should. */
    @Override
    void close();
}
