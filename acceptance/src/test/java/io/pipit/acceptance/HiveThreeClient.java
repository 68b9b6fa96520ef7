package io.pipit.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttClientBuilderBase;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt3.message.subscribe.Mqtt3Subscribe;
import com.hivemq.client.mqtt.mqtt3.message.unsubscribe.Mqtt3Unsubscribe;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The HiveMQ client with MQTT 3.1.1. */
final class HiveThreeClient implements TestClient {
    private final Endpoint endpoint;
    private final Inbox inbox = new Inbox();
    private @Nullable Mqtt3AsyncClient client;

    HiveThreeClient(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public ConnAck connect(Connect connect) {
        Mqtt3AsyncClient made = at(endpoint, Mqtt3Client.builder())
                .identifier(connect.clientId())
                .addDisconnectedListener(context -> {
                    if (context.getSource() != MqttDisconnectSource.USER) {
                        inbox.end(null);
                    }
                })
                .buildAsync();
        client = made;
        made.publishes(MqttGlobalPublishFilter.ALL, publish -> inbox.add(received(publish)));
        var builder = Mqtt3Connect.builder().cleanSession(connect.clean()).keepAlive(Connect.KEEP_ALIVE_SECONDS);
        Will will = connect.will();
        if (will != null) {
            builder = builder.willPublish(outgoing(will.message()));
        }
        var connAck = Wait.forResult("CONNACK", made.connect(builder.build()));
        return ConnAck.of(connAck.isSessionPresent());
    }

    /** Points a builder of either version at the endpoint. */
    static <B extends MqttClientBuilderBase<B>> B at(Endpoint endpoint, B builder) {
        B addressed = builder.serverHost(Endpoint.HOST).serverPort(endpoint.port());
        return switch (endpoint.transport()) {
            case TCP -> addressed;
            case WS ->
                addressed
                        .webSocketConfig()
                        .serverPath(Endpoint.PATH.substring(1))
                        .applyWebSocketConfig();
        };
    }

    static MqttQos qos(int qos) {
        return Objects.requireNonNull(MqttQos.fromCode(qos));
    }

    private static Mqtt3Publish outgoing(Message message) {
        return Mqtt3Publish.builder()
                .topic(message.topic())
                .payload(message.payload().getBytes(UTF_8))
                .qos(qos(message.qos()))
                .retain(message.retain())
                .build();
    }

    private static Message received(Mqtt3Publish publish) {
        return new Message(
                publish.getTopic().toString(),
                new String(publish.getPayloadAsBytes(), UTF_8),
                publish.getQos().getCode(),
                publish.isRetain(),
                MessageProperties.NONE);
    }

    private Mqtt3AsyncClient client() {
        return Objects.requireNonNull(client, "not connected yet");
    }

    @Override
    public int subscribe(Subscription subscription) {
        var subscribe = Mqtt3Subscribe.builder()
                .topicFilter(subscription.filter())
                .qos(qos(subscription.qos()))
                .build();
        return Wait.forResult("SUBACK", client().subscribe(subscribe))
                .getReturnCodes()
                .getFirst()
                .getCode();
    }

    @Override
    public int unsubscribe(String filter) {
        Wait.forResult(
                "UNSUBACK",
                client().unsubscribe(
                                Mqtt3Unsubscribe.builder().topicFilter(filter).build()));
        return 0;
    }

    @Override
    public void publish(Message message) {
        Wait.forResult("acknowledgement of " + message, client().publish(outgoing(message)));
    }

    @Override
    public void disconnect(Disconnect disconnect) {
        Wait.forResult("disconnecting", client().disconnect());
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
