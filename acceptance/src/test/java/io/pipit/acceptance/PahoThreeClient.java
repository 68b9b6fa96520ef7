package io.pipit.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Objects;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;

/** Paho for Java with MQTT 3.1 and 3.1.1. */
final class PahoThreeClient implements TestClient {
    private final Endpoint endpoint;
    private final Version version;
    private final Inbox inbox = new Inbox();
    private @Nullable MqttAsyncClient client;

    PahoThreeClient(Endpoint endpoint, Version version) {
        this.endpoint = endpoint;
        this.version = version;
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
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMqttVersion(version.level());
        options.setCleanSession(connect.clean());
        options.setKeepAliveInterval(Connect.KEEP_ALIVE_SECONDS);
        options.setAutomaticReconnect(false);
        // It counts a message as in flight for a while after it has said that it is complete.
        options.setMaxInflight(1000);
        Will will = connect.will();
        if (will != null) {
            Message message = will.message();
            options.setWill(message.topic(), message.payload().getBytes(UTF_8), message.qos(), message.retain());
        }
        return ConnAck.of(await(() -> made.connect(options)).getSessionPresent());
    }

    private MqttAsyncClient client() {
        return Objects.requireNonNull(client, "not connected yet");
    }

    @Override
    public int subscribe(Subscription subscription) {
        return await(() -> client().subscribe(subscription.filter(), subscription.qos()))
                .getGrantedQos()[0];
    }

    @Override
    public int unsubscribe(String filter) {
        await(() -> client().unsubscribe(filter));
        return 0;
    }

    @Override
    public void publish(Message message) {
        await(() ->
                client().publish(message.topic(), message.payload().getBytes(UTF_8), message.qos(), message.retain()));
    }

    @Override
    public void disconnect(Disconnect disconnect) {
        await(() -> client().disconnect());
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
        public void connectionLost(Throwable cause) {
            inbox.end(null);
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            inbox.add(new Message(
                    topic,
                    new String(message.getPayload(), UTF_8),
                    message.getQos(),
                    message.isRetained(),
                    MessageProperties.NONE));
        }

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {}
    }
}
