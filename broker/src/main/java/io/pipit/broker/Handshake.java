package io.pipit.broker;

import io.pipit.broker.spi.Authenticator;
import io.pipit.broker.spi.Identity;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Will;
import org.jspecify.annotations.Nullable;

/**
 * One CONNECT on its way to its CONNACK: checked and authenticated where it was read, then moved to the loop of its
 * session, attached there, and answered when what it did to stored sessions is safe.
 */
final class Handshake {
    private final Client client;
    private final Connect connect;
    private final Settings settings;
    private final boolean assigned;
    private final ClientIdentifier clientIdentifier;

    Handshake(Client client, Connect connect) {
        this.client = client;
        String certifiedName = client.connection().peer().certifiedName();
        this.connect = certifiedName == null ? connect : connect.withUserName(certifiedName);
        this.settings = client.loop().settings();
        this.assigned = connect.clientIdentifier().isEmpty();
        this.clientIdentifier = assigned ? client.loop().sessions().newIdentifier() : connect.clientIdentifier();
    }

    Client client() {
        return client;
    }

    Connect connect() {
        return connect;
    }

    ClientIdentifier clientIdentifier() {
        return clientIdentifier;
    }

    /** Checks, then asks who it is. */
    void begin() {
        if (client.loop().broker().hasTooManyConnections()) {
            refuse(ReasonCode.QUOTA_EXCEEDED, "limits.connections is reached");
            return;
        }
        ReasonCode fault = faultOf(connect);
        if (fault != null) {
            refuse(fault, "CONNECT cannot be served as it is");
            return;
        }
        BrokerLoop loop = client.loop();
        loop.broker().authenticator().authenticate(connect, client.connection().peer(), decision -> {
            if (loop.port().inLoop()) {
                decided(decision);
            } else {
                loop.port().execute(() -> decided(decision));
            }
        });
    }

    private @Nullable ReasonCode faultOf(Connect packet) {
        ProtocolVersion version = packet.version();
        if (assigned && (version == ProtocolVersion.MQTT_3_1 || (!version.hasProperties() && !packet.cleanStart()))) {
            return ReasonCode.CLIENT_IDENTIFIER_NOT_VALID; // [3.1.1:MQTT-3.1.3-8]
        }
        if (packet.properties().has(Property.AUTHENTICATION_METHOD)) {
            return ReasonCode.BAD_AUTHENTICATION_METHOD;
        }
        Will will = packet.will();
        return will == null ? null : faultOf(will);
    }

    private @Nullable ReasonCode faultOf(Will will) {
        Settings.Mqtt mqtt = settings.mqtt();
        if (will.qos().level() > mqtt.maximumQos().level()) {
            return ReasonCode.QOS_NOT_SUPPORTED; // [MQTT-3.2.2-12]
        }
        if (will.retain() && !mqtt.retainAvailable()) {
            return ReasonCode.RETAIN_NOT_SUPPORTED; // [MQTT-3.2.2-13]
        }
        if (mqtt.maximumTopicLevels() > 0 && will.topic().levels() > mqtt.maximumTopicLevels()) {
            return ReasonCode.TOPIC_NAME_INVALID;
        }
        return null;
    }

    private void decided(Authenticator.Decision decision) {
        if (client.isClosed()) {
            return;
        }
        switch (decision) {
            case Authenticator.Decision.Refused(ReasonCode reason, String why) -> refuse(reason, "not accepted");
            case Authenticator.Decision.Accepted() -> accepted();
        }
    }

    private void accepted() {
        Identity identity = new Identity(
                clientIdentifier, connect.userName(), client.connection().peer());
        BrokerLoop here = client.loop();
        Will will = connect.will();
        if (will != null && !here.broker().authorizer().mayPublish(identity, will.topic())) {
            refuse(ReasonCode.NOT_AUTHORIZED, "the will may not be published");
            return;
        }
        int outgoingAliases = Math.min(
                connect.properties().get(Property.TOPIC_ALIAS_MAXIMUM, 0),
                settings.mqtt().outgoingTopicAliasMaximum());
        TopicAliases aliases = new TopicAliases(settings.mqtt().topicAliasMaximum(), outgoingAliases);
        BrokerLoop target = here.broker().loopOf(clientIdentifier);
        if (target == here) {
            arrive(target, identity, aliases);
        } else {
            client.leaveLoop();
            client.connection().move(target.port(), () -> arrive(target, identity, aliases));
        }
    }

    private void arrive(BrokerLoop target, Identity identity, TopicAliases aliases) {
        client.arrive(target, identity, connect.bridge(), aliases);
        if (target.isStopping()) { // it was on its way when everybody else was told
            refuse(ReasonCode.SERVER_UNAVAILABLE, Stopping.WHY);
        } else {
            target.sessions().connect(this);
        }
    }

    /** Says no, where the client is. */
    void refuse(ReasonCode reason, String text) {
        client.loop().broker().refused(clientIdentifier, client.connection().peer(), reason, text);
        client.refuse(reason, text);
    }

    /** Seconds that the session is to outlive this connection. */
    long expirySeconds() {
        if (!connect.version().hasProperties()) {
            if (connect.cleanStart()) {
                return 0;
            }
            long seconds = settings.session().defaultExpiry().toSeconds();
            long wanted = seconds == 0 ? Session.NEVER_EXPIRES : seconds;
            return client.limits().sessionExpiry(wanted, settings.session());
        }
        long wanted = connect.properties().get(Property.SESSION_EXPIRY_INTERVAL, 0L);
        return client.limits().sessionExpiry(wanted, settings.session());
    }

    /** What the session did is safe: sends CONNACK. */
    void complete(boolean sessionPresent) {
        Settings.Mqtt mqtt = settings.mqtt();
        int keepAlive = keepAliveSeconds();
        client.establish(
                new ConnAck(
                        sessionPresent,
                        ReasonCode.SUCCESS,
                        connect.version().hasProperties() ? properties(mqtt, keepAlive) : Properties.NONE),
                keepAlive * mqtt.keepAliveFactor());
    }

    private int keepAliveSeconds() {
        int wanted = connect.keepAliveSeconds();
        int maximum = settings.mqtt().maximumKeepAliveSeconds();
        boolean replaced = connect.version().hasProperties() && maximum > 0 && (wanted == 0 || wanted > maximum);
        return replaced ? maximum : wanted;
    }

    private Properties properties(Settings.Mqtt mqtt, int keepAlive) {
        Properties.Builder properties = Properties.builder();
        long wantedExpiry = connect.properties().get(Property.SESSION_EXPIRY_INTERVAL, 0L);
        if (expirySeconds() != wantedExpiry) { // section 3.2.2.3.2: the client uses it
            properties.add(Property.SESSION_EXPIRY_INTERVAL, expirySeconds());
        }
        if (mqtt.receiveMaximum() != 65_535) {
            properties.add(Property.RECEIVE_MAXIMUM, mqtt.receiveMaximum());
        }
        if (mqtt.maximumQos() != QoS.EXACTLY_ONCE) { // [MQTT-3.2.2-9]
            properties.add(Property.MAXIMUM_QOS, mqtt.maximumQos().level());
        }
        addUnlessAvailable(properties, Property.RETAIN_AVAILABLE, mqtt.retainAvailable());
        properties.add(Property.MAXIMUM_PACKET_SIZE, (long) mqtt.maximumPacketSize());
        if (assigned) { // [MQTT-3.1.3-7]
            properties.add(Property.ASSIGNED_CLIENT_IDENTIFIER, clientIdentifier.value());
        }
        if (mqtt.topicAliasMaximum() > 0) {
            properties.add(Property.TOPIC_ALIAS_MAXIMUM, mqtt.topicAliasMaximum());
        }
        addUnlessAvailable(properties, Property.WILDCARD_SUBSCRIPTION_AVAILABLE, mqtt.wildcardSubscriptionAvailable());
        addUnlessAvailable(
                properties, Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, mqtt.subscriptionIdentifierAvailable());
        addUnlessAvailable(properties, Property.SHARED_SUBSCRIPTION_AVAILABLE, mqtt.sharedSubscriptionAvailable());
        if (keepAlive != connect.keepAliveSeconds()) { // [MQTT-3.1.2-21]
            properties.add(Property.SERVER_KEEP_ALIVE, keepAlive);
        }
        boolean asked = connect.properties().get(Property.REQUEST_RESPONSE_INFORMATION, 0) == 1;
        if (asked && !mqtt.responseInformation().isEmpty()) { // [MQTT-3.1.2-28]
            properties.add(Property.RESPONSE_INFORMATION, mqtt.responseInformation() + clientIdentifier.value());
        }
        return properties.build();
    }

    private static void addUnlessAvailable(
            Properties.Builder properties, Property<Integer> property, boolean available) {
        if (!available) {
            properties.add(property, 0);
        }
    }
}
