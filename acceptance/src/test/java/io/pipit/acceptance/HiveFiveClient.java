package io.pipit.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.unsubscribe.Mqtt5Unsubscribe;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The HiveMQ client with MQTT 5.0. It chooses topic aliases by itself, for every topic while there is room, and keeps
 * subscription identifiers to itself.
 */
final class HiveFiveClient implements TestClient {
    private static final int ALIASES = 10;

    private final Endpoint endpoint;
    private final Inbox inbox = new Inbox();
    private @Nullable Mqtt5AsyncClient client;

    HiveFiveClient(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public ConnAck connect(Connect connect) {
        var unnamed = HiveThreeClient.at(endpoint, Mqtt5Client.builder()).addDisconnectedListener(this::disconnected);
        Mqtt5AsyncClient made = connect.clientId().isEmpty()
                ? unnamed.buildAsync()
                : unnamed.identifier(connect.clientId()).buildAsync();
        client = made;
        made.publishes(MqttGlobalPublishFilter.ALL, publish -> inbox.add(received(publish)));
        var builder = Mqtt5Connect.builder()
                .cleanStart(connect.clean())
                .keepAlive(Connect.KEEP_ALIVE_SECONDS)
                .sessionExpiryInterval(connect.sessionExpirySeconds())
                .restrictions()
                .topicAliasMaximum(connect.topicAliasMaximum())
                .sendTopicAliasMaximum(ALIASES)
                .applyRestrictions();
        Will will = connect.will();
        if (will != null) {
            builder = builder.willPublish(outgoing(will.message())
                    .asWill()
                    .extendAsWill()
                    .delayInterval(will.delaySeconds())
                    .build());
        }
        return connAck(Wait.forResult("CONNACK", made.connect(builder.build())));
    }

    private void disconnected(MqttClientDisconnectedContext context) {
        if (context.getSource() != MqttDisconnectSource.USER) {
            boolean said = context.getSource() == MqttDisconnectSource.SERVER
                    && context.getCause() instanceof Mqtt5DisconnectException;
            inbox.end(
                    said
                            ? ((Mqtt5DisconnectException) context.getCause())
                                    .getMqttMessage()
                                    .getReasonCode()
                                    .getCode()
                            : null);
        }
    }

    private static ConnAck connAck(Mqtt5ConnAck connAck) {
        return new ConnAck(
                connAck.isSessionPresent(),
                connAck.getAssignedClientIdentifier().map(Object::toString).orElse(null),
                connAck.getRestrictions().getTopicAliasMaximum(),
                connAck.getRestrictions().getReceiveMaximum());
    }

    private static Mqtt5Publish outgoing(Message message) {
        MessageProperties properties = message.properties();
        var builder = Mqtt5Publish.builder()
                .topic(message.topic())
                .payload(message.payload().getBytes(UTF_8))
                .qos(HiveThreeClient.qos(message.qos()))
                .retain(message.retain())
                .contentType(properties.contentType())
                .responseTopic(properties.responseTopic())
                .userProperties(userProperties(properties.userProperties()));
        Long expirySeconds = properties.expirySeconds();
        if (expirySeconds != null) {
            builder = builder.messageExpiryInterval(expirySeconds);
        }
        String correlationData = properties.correlationData();
        if (correlationData != null) {
            builder = builder.correlationData(correlationData.getBytes(UTF_8));
        }
        Boolean utf8 = properties.utf8();
        if (utf8 != null) {
            builder = builder.payloadFormatIndicator(
                    utf8 ? Mqtt5PayloadFormatIndicator.UTF_8 : Mqtt5PayloadFormatIndicator.UNSPECIFIED);
        }
        return builder.build();
    }

    private static Mqtt5UserProperties userProperties(List<UserProperty> properties) {
        var builder = Mqtt5UserProperties.builder();
        for (UserProperty property : properties) {
            builder = builder.add(property.name(), property.value());
        }
        return builder.build();
    }

    private static Message received(Mqtt5Publish publish) {
        List<UserProperty> userProperties = publish.getUserProperties().asList().stream()
                .map(property -> new UserProperty(
                        property.getName().toString(), property.getValue().toString()))
                .toList();
        MessageProperties properties = new MessageProperties(
                userProperties,
                publish.getMessageExpiryInterval().isPresent()
                        ? publish.getMessageExpiryInterval().getAsLong()
                        : null,
                publish.getContentType().map(Object::toString).orElse(null),
                publish.getResponseTopic().map(Object::toString).orElse(null),
                publish.getCorrelationData().map(HiveFiveClient::text).orElse(null),
                publish.getPayloadFormatIndicator()
                        .map(Mqtt5PayloadFormatIndicator.UTF_8::equals)
                        .orElse(null),
                List.of(),
                null);
        return new Message(
                publish.getTopic().toString(),
                new String(publish.getPayloadAsBytes(), UTF_8),
                publish.getQos().getCode(),
                publish.isRetain(),
                properties);
    }

    private static String text(ByteBuffer bytes) {
        return UTF_8.decode(bytes).toString();
    }

    private Mqtt5AsyncClient client() {
        return Objects.requireNonNull(client, "not connected yet");
    }

    @Override
    public int subscribe(Subscription subscription) {
        var handling = Objects.requireNonNull(Mqtt5RetainHandling.fromCode(subscription.retainHandling()));
        var subscribe = Mqtt5Subscribe.builder()
                .topicFilter(subscription.filter())
                .qos(HiveThreeClient.qos(subscription.qos()))
                .noLocal(subscription.noLocal())
                .retainAsPublished(subscription.retainAsPublished())
                .retainHandling(handling)
                .build();
        return Wait.forResult("SUBACK", client().subscribe(subscribe))
                .getReasonCodes()
                .getFirst()
                .getCode();
    }

    @Override
    public int unsubscribe(String filter) {
        var unsubscribe = Mqtt5Unsubscribe.builder().topicFilter(filter).build();
        return Wait.forResult("UNSUBACK", client().unsubscribe(unsubscribe))
                .getReasonCodes()
                .getFirst()
                .getCode();
    }

    @Override
    public void publish(Message message) {
        Wait.forResult("acknowledgement of " + message, client().publish(outgoing(message)))
                .getError()
                .ifPresent(error -> {
                    throw new IllegalStateException("refused: " + message, error);
                });
    }

    @Override
    public void disconnect(Disconnect disconnect) {
        var builder = Mqtt5Disconnect.builder()
                .reasonCode(Objects.requireNonNull(Mqtt5DisconnectReasonCode.fromCode(disconnect.reasonCode())));
        Long expirySeconds = disconnect.sessionExpirySeconds();
        if (expirySeconds != null) {
            builder = builder.sessionExpiryInterval(expirySeconds);
        }
        Wait.forResult("disconnecting", client().disconnect(builder.build()));
    }

    @Override
    public Inbox inbox() {
        return inbox;
    }

    @Override
    public void close() {
        if (client != null && client.getState().isConnected()) {
            // the broker may end the connection at the same time, which is as well
            Wait.forResult("closing", client.disconnect().handle((done, goneBefore) -> true));
        }
    }
}
