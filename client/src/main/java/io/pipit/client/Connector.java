package io.pipit.client;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;

/** Makes the connections of a client, one after the other: what CONNECT says depends on those before. */
final class Connector {
    private final ClientOptions options;
    private volatile ClientIdentifier clientIdentifier;
    /** The server keeps a session that a connection of this client made. */
    private volatile boolean hasSession;

    Connector(ClientOptions options) {
        this.options = options;
        this.clientIdentifier = options.clientIdentifier();
    }

    /** Connects, and waits until the server has accepted. One thread at a time. */
    Connection open() throws MqttException {
        Connect connect = new Connect(
                options.version(),
                false,
                clientIdentifier,
                options.cleanStart() && !hasSession,
                options.keepAliveSeconds(),
                options.will(),
                options.userName(),
                options.password(),
                options.version().hasProperties() ? options.properties() : Properties.NONE);
        Connection connection = Connection.open(options, connect);
        ConnAck connAck = connection.connAck();
        String assigned = connAck.properties().get(Property.ASSIGNED_CLIENT_IDENTIFIER);
        if (assigned != null) {
            clientIdentifier = new ClientIdentifier(assigned);
        }
        hasSession = outlivesConnection(connAck);
        return connection;
    }

    /** Whether the session that the server has now outlives its connection. */
    private boolean outlivesConnection(ConnAck connAck) {
        if (!options.version().hasProperties()) {
            return !options.cleanStart();
        }
        long asked = options.properties().get(Property.SESSION_EXPIRY_INTERVAL, 0L);
        return connAck.properties().get(Property.SESSION_EXPIRY_INTERVAL, asked) > 0;
    }

    /** The one of the options, or that which the server has assigned. */
    ClientIdentifier clientIdentifier() {
        return clientIdentifier;
    }
}
