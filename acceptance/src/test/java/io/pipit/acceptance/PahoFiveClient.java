package io.pipit.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/** Paho for Java with MQTT 5.0. */
final class PahoFiveClient implements TestClient {
    /** Held here, since a logger that nobody holds forgets its level. */
    private static final Logger CHATTER = Logger.getLogger("org.eclipse.paho.mqttv5.client");

    static {
        CHATTER.setLevel(Level.WARNING);
    }

    private final Endpoint endpoint;
    private final Inbox inbox = new Inbox();
    private @Nullable MqttAsyncClient client;

    PahoFiveClient(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** A call into the library, whose failures are all checked exceptions. */
    private interface Call<T> {
        T run() throws MqttException;
    }

    private static <T> T call(Call<T> call) {
        try {
            return call.run();
        } catch (MqttException e) {
            throw new IllegalStateException("failed: " + e, e);
        }
    }

    private static IMqttToken await(Call<? extends IMqttToken> call) {
        return call(() -> {
            IMqttToken token = call.run();
            token.waitForCompletion(PATIENCE.toMillis());
            return token;
        });
    }

    @Override
    public ConnAck connect(Connect connect) {
        MqttAsyncClient made =
                call(() -> new MqttAsyncClient(endpoint.uri("tcp"), connect.clientId(), new MemoryPersistence()));
        client = made;
        made.setCallback(new Callback(inbox));
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setCleanStart(connect.clean());
        options.setSessionExpiryInterval(connect.sessionExpirySeconds());
        options.setKeepAliveInterval(Connect.KEEP_ALIVE_SECONDS);
        options.setAutomaticReconnect(false);
        Will will = connect.will();
        if (will != null) {
            options.setWill(will.message().topic(), outgoing(will.message()));
            MqttProperties properties = properties(will.message());
            properties.setWillDelayInterval(will.delaySeconds());
            options.setWillMessageProperties(properties);
        }
        IMqttToken token = await(() -> made.connect(options));
        MqttProperties answer = token.getResponseProperties();
        return new ConnAck(
                token.getSessionPresent(),
                answer.getAssignedClientIdentifier(),
                answer.getTopicAliasMaximum(),
                answer.getReceiveMaximum());
    }

    private static MqttMessage outgoing(Message message) {
        return new MqttMessage(message.payload().getBytes(UTF_8), message.qos(), message.retain(), properties(message));
    }

    private static MqttProperties properties(Message message) {
        MessageProperties from = message.properties();
        MqttProperties properties = new MqttProperties();
        properties.setUserProperties(from.userProperties().stream()
                .map(property ->
                        new org.eclipse.paho.mqttv5.common.packet.UserProperty(property.name(), property.value()))
                .toList());
        properties.setMessageExpiryInterval(from.expirySeconds());
        properties.setContentType(from.contentType());
        properties.setResponseTopic(from.responseTopic());
        properties.setTopicAlias(from.topicAlias());
        String correlationData = from.correlationData();
        if (correlationData != null) {
            properties.setCorrelationData(correlationData.getBytes(UTF_8));
        }
        properties.setPayloadFormat(Boolean.TRUE.equals(from.utf8()));
        return properties;
    }

    private MqttAsyncClient client() {
        return Objects.requireNonNull(client, "not connected yet");
    }

    @Override
    public int subscribe(Subscription subscription) {
        MqttSubscription wanted = new MqttSubscription(subscription.filter(), subscription.qos());
        wanted.setNoLocal(subscription.noLocal());
        wanted.setRetainAsPublished(subscription.retainAsPublished());
        wanted.setRetainHandling(subscription.retainHandling());
        MqttProperties properties = new MqttProperties();
        if (subscription.identifier() != 0) {
            properties.setSubscriptionIdentifier(subscription.identifier());
        }
        MqttSubscription[] all = {wanted};
        return await(() -> client().subscribe(all, null, null, properties)).getReasonCodes()[0];
    }

    @Override
    public int unsubscribe(String filter) {
        return await(() -> client().unsubscribe(filter)).getReasonCodes()[0];
    }

    @Override
    public void publish(Message message) {
        await(() -> client().publish(message.topic(), outgoing(message)));
    }

    @Override
    public void disconnect(Disconnect disconnect) {
        MqttProperties properties = new MqttProperties();
        properties.setSessionExpiryInterval(disconnect.sessionExpirySeconds());
        await(() -> client().disconnect(0, null, null, disconnect.reasonCode(), properties));
    }

    @Override
    public Inbox inbox() {
        return inbox;
    }

    @Override
    public void close() {
        MqttAsyncClient open = client;
        if (open != null) {
            if (open.isConnected()) {
                disconnect();
            }
            call(() -> {
                open.close(true);
                return open;
            });
        }
    }

    /** Hands what the library's thread receives to the inbox. */
    private record Callback(Inbox inbox) implements MqttCallback {
        @Override
        public void disconnected(MqttDisconnectResponse response) {
            inbox.end(response.getException() == null ? response.getReturnCode() : null);
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            MqttProperties from = message.getProperties();
            byte[] correlationData = from.getCorrelationData();
            List<UserProperty> userProperties = from.getUserProperties().stream()
                    .map(property -> new UserProperty(property.getKey(), property.getValue()))
                    .toList();
            MessageProperties properties = new MessageProperties(
                    userProperties,
                    from.getMessageExpiryInterval(),
                    from.getContentType(),
                    from.getResponseTopic(),
                    correlationData == null ? null : new String(correlationData, UTF_8),
                    from.getPayloadFormat() ? true : null,
                    from.getSubscriptionIdentifiers(),
                    null);
            inbox.add(new Message(
                    topic,
                    new String(message.getPayload(), UTF_8),
                    message.getQos(),
                    message.isRetained(),
                    properties));
        }

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {}

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {}
    }
}
