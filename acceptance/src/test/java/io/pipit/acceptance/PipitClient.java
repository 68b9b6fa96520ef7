package io.pipit.acceptance;

import io.pipit.client.ClientOptions;
import io.pipit.client.Failure;
import io.pipit.client.MessageListener;
import io.pipit.client.MqttClient;
import io.pipit.client.MqttException;
import io.pipit.client.ReceivedMessage;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Pipit's own client, in all versions. */
final class PipitClient implements TestClient {
    private final Endpoint endpoint;
    private final Version version;
    private final Inbox inbox = new Inbox();
    private @Nullable MqttClient client;

    PipitClient(Endpoint endpoint, Version version) {
        this.endpoint = endpoint;
        this.version = version;
    }

    /** A call into the library. */
    private interface Call<T> {
        T run() throws MqttException, InterruptedException;
    }

    private static <T> T call(Call<T> call) {
        try {
            return call.run();
        } catch (MqttException | InterruptedException e) {
            throw new IllegalStateException("failed: " + e, e);
        }
    }

    @Override
    public ConnAck connect(Connect connect) {
        ClientOptions.Builder options = ClientOptions.builder(endpoint.uri("mqtt"))
                .version(protocol())
                .clientIdentifier(connect.clientId())
                .cleanStart(connect.clean())
                .keepAliveSeconds(Connect.KEEP_ALIVE_SECONDS)
                .connectTimeout(PATIENCE)
                .responseTimeout(PATIENCE)
                .withoutReconnect()
                .messageListener(new Listener(inbox));
        if (version == Version.V5) {
            options.properties(Properties.builder()
                    .add(Property.SESSION_EXPIRY_INTERVAL, connect.sessionExpirySeconds())
                    .add(Property.TOPIC_ALIAS_MAXIMUM, connect.topicAliasMaximum())
                    .build());
        }
        Will will = connect.will();
        if (will != null) {
            options.will(will(will));
        }
        MqttClient made = new MqttClient(options.build());
        client = made;
        io.pipit.mqtt.ConnAck answer = call(made::connect);
        return new ConnAck(
                answer.sessionPresent(),
                answer.properties().get(Property.ASSIGNED_CLIENT_IDENTIFIER),
                answer.properties().get(Property.TOPIC_ALIAS_MAXIMUM),
                answer.properties().get(Property.RECEIVE_MAXIMUM));
    }

    private ProtocolVersion protocol() {
        return switch (version) {
            case V3_1 -> ProtocolVersion.MQTT_3_1;
            case V3_1_1 -> ProtocolVersion.MQTT_3_1_1;
            case V5 -> ProtocolVersion.MQTT_5_0;
        };
    }

    private io.pipit.mqtt.Will will(Will will) {
        Message message = will.message();
        Properties properties = version == Version.V5
                ? properties(message).with(Property.WILL_DELAY_INTERVAL, will.delaySeconds())
                : Properties.NONE;
        return new io.pipit.mqtt.Will(
                TopicName.of(message.topic()),
                Payload.of(message.payload()),
                QoS.of(message.qos()),
                message.retain(),
                properties);
    }

    private static Properties properties(Message message) {
        MessageProperties from = message.properties();
        Properties.Builder to = Properties.builder();
        from.userProperties()
                .forEach(property -> to.add(
                        Property.USER_PROPERTY, new io.pipit.mqtt.UserProperty(property.name(), property.value())));
        add(to, Property.MESSAGE_EXPIRY_INTERVAL, from.expirySeconds());
        add(to, Property.CONTENT_TYPE, from.contentType());
        add(to, Property.RESPONSE_TOPIC, from.responseTopic());
        add(to, Property.TOPIC_ALIAS, from.topicAlias());
        String correlationData = from.correlationData();
        add(to, Property.CORRELATION_DATA, correlationData == null ? null : Payload.of(correlationData));
        Boolean utf8 = from.utf8();
        add(to, Property.PAYLOAD_FORMAT_INDICATOR, utf8 == null ? null : utf8 ? 1 : 0);
        return to.build();
    }

    private static <T> void add(Properties.Builder to, Property<T> property, @Nullable T value) {
        if (value != null) {
            to.add(property, value);
        }
    }

    private MqttClient client() {
        return Objects.requireNonNull(client, "not connected yet");
    }

    @Override
    public int subscribe(Subscription subscription) {
        RetainHandling handling = switch (subscription.retainHandling()) {
            case 0 -> RetainHandling.SEND;
            case 1 -> RetainHandling.SEND_IF_NEW;
            default -> RetainHandling.DO_NOT_SEND;
        };
        SubscriptionOptions options = new SubscriptionOptions(
                QoS.of(subscription.qos()), subscription.noLocal(), subscription.retainAsPublished(), handling);
        Properties properties = subscription.identifier() == 0
                ? Properties.NONE
                : Properties.of(Property.SUBSCRIPTION_IDENTIFIER, subscription.identifier());
        List<SubscriptionRequest> requests =
                List.of(new SubscriptionRequest(TopicFilter.of(subscription.filter()), options));
        return call(() -> client().subscribe(requests, properties, new Listener(inbox)))
                .reasonCodes()
                .getFirst()
                .code();
    }

    @Override
    public int unsubscribe(String filter) {
        List<ReasonCode> codes = call(() -> client().unsubscribe(List.of(TopicFilter.of(filter)), Properties.NONE))
                .reasonCodes();
        return version == Version.V5 ? codes.getFirst().code() : 0;
    }

    @Override
    public void publish(Message message) {
        io.pipit.client.Message outgoing = new io.pipit.client.Message(
                TopicName.of(message.topic()),
                Payload.of(message.payload()),
                QoS.of(message.qos()),
                message.retain(),
                version == Version.V5 ? properties(message) : Properties.NONE);
        call(() -> client().publish(outgoing));
    }

    @Override
    public void disconnect(Disconnect disconnect) {
        Long expirySeconds = disconnect.sessionExpirySeconds();
        Properties properties = expirySeconds == null
                ? Properties.NONE
                : Properties.of(Property.SESSION_EXPIRY_INTERVAL, expirySeconds);
        ReasonCode reason = Objects.requireNonNull(ReasonCode.of(disconnect.reasonCode()));
        call(() -> {
            client().disconnect(new io.pipit.mqtt.Disconnect(reason, properties));
            return client();
        });
    }

    @Override
    public Inbox inbox() {
        return inbox;
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
    }

    /** Hands what arrives to the inbox. */
    private record Listener(Inbox inbox) implements MessageListener {
        @Override
        public void received(ReceivedMessage message) {
            Properties from = message.properties();
            Payload correlationData = from.get(Property.CORRELATION_DATA);
            Integer format = from.get(Property.PAYLOAD_FORMAT_INDICATOR);
            MessageProperties properties = new MessageProperties(
                    from.all(Property.USER_PROPERTY).stream()
                            .map(property -> new UserProperty(property.name(), property.value()))
                            .toList(),
                    from.get(Property.MESSAGE_EXPIRY_INTERVAL),
                    from.get(Property.CONTENT_TYPE),
                    from.get(Property.RESPONSE_TOPIC),
                    correlationData == null ? null : correlationData.toText(),
                    format == null ? null : format == 1,
                    from.all(Property.SUBSCRIPTION_IDENTIFIER),
                    null);
            inbox.add(new Message(
                    message.topic().toString(),
                    message.payload().toText(),
                    message.qos().level(),
                    message.isRetained(),
                    properties));
        }

        @Override
        public void ended(MqttException cause) {
            ReasonCode said = cause.reasonCode();
            inbox.end(cause.failure() == Failure.DISCONNECTED && said != null ? said.code() : null);
        }
    }
}
