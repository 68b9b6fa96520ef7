package io.pipit.client;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.Subscribe;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.UnsubAck;
import io.pipit.mqtt.Unsubscribe;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A client of one MQTT server.
 *
 * <pre>{@code
 * try (MqttClient client = new MqttClient(ClientOptions.builder("mqtt://localhost").build())) {
 *     client.connect();
 *     client.subscribe("lamps/+", QoS.AT_LEAST_ONCE, message -> System.out.println(message.payload().toText()));
 *     client.publish(Message.of("lamps/kitchen", "on", QoS.EXACTLY_ONCE));
 * }
 * }</pre>
 *
 * <p>Any thread may call it, listeners too; calls that wait end with an {@link MqttException} when the connection does.
 * A client may connect again after its connection has ended: when its session outlives connections, unacknowledged
 * messages are then sent again in their order.
 */
public final class MqttClient implements AutoCloseable {
    private final ClientOptions options;
    private final ClientSession session;
    private volatile boolean hasConnected;
    private volatile ClientIdentifier clientIdentifier;

    /** A client that is not connected yet. */
    public MqttClient(ClientOptions options) {
        this.options = options;
        this.session = new ClientSession(options);
        this.clientIdentifier = options.clientIdentifier();
    }

    /**
     * Connects, and waits until the server has accepted.
     *
     * @return the CONNACK, with what the server announces
     * @throws MqttException {@link Failure#REFUSED} with the server's reason code; HOST_UNKNOWN, UNREACHABLE,
     *     TIMED_OUT, CONNECTION_LOST or PROTOCOL_ERROR when there was no answer to CONNECT
     * @throws IllegalStateException when it is connected
     */
    public synchronized ConnAck connect() throws MqttException {
        if (session.isConnected()) {
            throw new IllegalStateException("the client is connected already");
        }
        Connection connection = Connection.open(options, connectPacket());
        ConnAck connAck = connection.connAck();
        String assigned = connAck.properties().get(Property.ASSIGNED_CLIENT_IDENTIFIER);
        if (assigned != null) {
            clientIdentifier = new ClientIdentifier(assigned);
        }
        hasConnected = true;
        session.connected(connection);
        return connAck;
    }

    private Connect connectPacket() {
        return new Connect(
                options.version(),
                false,
                clientIdentifier,
                options.cleanStart() && !(hasConnected && options.keepsSession()),
                options.keepAliveSeconds(),
                options.will(),
                options.userName(),
                options.password(),
                options.version().hasProperties() ? options.properties() : Properties.NONE);
    }

    /** Whether there is a connection, as far as the client knows. */
    public boolean isConnected() {
        return session.isConnected();
    }

    /** The one of the options, or that which the server has assigned; empty while there is neither. */
    public ClientIdentifier clientIdentifier() {
        return clientIdentifier;
    }

    /**
     * Publishes a message and waits until the server has taken it over; at QoS 0 until it is on its way.
     *
     * @throws MqttException {@link Failure#REJECTED} with the server's reason code; NOT_POSSIBLE when the server
     *     announced that it would not take such a message; TIMED_OUT after the response timeout, the delivery still
     *     going on; or what ended the connection
     */
    public PublishResult publish(Message message) throws MqttException, InterruptedException {
        Exchange exchange = waitFor(() -> session.publish(message));
        return exchange == null ? PublishResult.SENT : result(await(exchange));
    }

    /**
     * Publishes a message without waiting for the server to take it over. Waits while as many messages are under way
     * as the server's Receive Maximum and the options allow.
     *
     * @return completed with what {@link #publish} would return or throw, by the thread that reads: what hangs on it
     *     must not wait for this client
     * @throws MqttException when the message could not be sent at all
     */
    public CompletableFuture<PublishResult> publishAsync(Message message) throws MqttException, InterruptedException {
        Exchange exchange = waitFor(() -> session.publish(message));
        if (exchange == null) {
            return CompletableFuture.completedFuture(PublishResult.SENT);
        }
        return exchange.answer().thenCompose(answer -> {
            try {
                return CompletableFuture.completedFuture(result(answer));
            } catch (MqttException rejected) {
                return CompletableFuture.failedFuture(rejected);
            }
        });
    }

    private static PublishResult result(Packet answer) throws MqttException {
        if (answer instanceof PubAck ack) {
            return result(ack.reasonCode(), ack.properties());
        }
        if (answer instanceof PubRec ack) {
            return result(ack.reasonCode(), ack.properties());
        }
        if (answer instanceof PubComp ack) {
            return result(ack.reasonCode(), ack.properties());
        }
        throw new IllegalStateException(answer.type() + " ended a PUBLISH");
    }

    private static PublishResult result(ReasonCode reasonCode, Properties properties) throws MqttException {
        if (reasonCode.isError()) {
            throw new MqttException(
                    Failure.REJECTED,
                    "the server did not take the message: " + Connection.reason(reasonCode, properties),
                    reasonCode,
                    properties);
        }
        return new PublishResult(reasonCode, properties);
    }

    /** Subscribes to one filter: see {@link #subscribe(List, Properties, MessageListener)}. */
    public SubAck subscribe(String filter, QoS maximumQoS, MessageListener listener)
            throws MqttException, InterruptedException {
        SubscriptionRequest request =
                new SubscriptionRequest(TopicFilter.of(filter), new SubscriptionOptions(maximumQoS));
        return subscribe(List.of(request), Properties.NONE, listener);
    }

    /**
     * Subscribes, and waits for the server's answer. The listener gets every message that matches one of the filters,
     * and may get some before this returns; the listener that a filter had before is replaced. Where filters overlap,
     * what comes is what the server sends, given to each listener that has a matching filter.
     *
     * @return with one reason code a filter: the granted QoS, or 0x80 and above
     * @throws MqttException when the server did not answer, or the packet is too large for it
     */
    public SubAck subscribe(List<SubscriptionRequest> requests, Properties properties, MessageListener listener)
            throws MqttException, InterruptedException {
        for (SubscriptionRequest request : requests) {
            session.route(request.filter(), listener);
        }
        @Nullable SubAck answer = null;
        try {
            answer = (SubAck) await(
                    session.request(PacketType.SUBACK, identifier -> new Subscribe(identifier, properties, requests)));
            return answer;
        } finally {
            for (int i = 0; i < requests.size(); i++) {
                if (answer == null
                        || i >= answer.reasonCodes().size()
                        || answer.reasonCodes().get(i).isError()) {
                    session.unroute(requests.get(i).filter());
                }
            }
        }
    }

    /**
     * Ends subscriptions, and waits for the server's answer.
     *
     * @return with one reason code a filter in 5.0, none in 3.x
     * @throws MqttException when the server did not answer, or the packet is too large for it
     */
    public UnsubAck unsubscribe(List<TopicFilter> filters, Properties properties)
            throws MqttException, InterruptedException {
        UnsubAck answer = (UnsubAck) await(
                session.request(PacketType.UNSUBACK, identifier -> new Unsubscribe(identifier, properties, filters)));
        for (TopicFilter filter : filters) {
            session.unroute(filter);
        }
        return answer;
    }

    private Packet await(Exchange exchange) throws MqttException, InterruptedException {
        return waitFor(() -> {
            try {
                return exchange.answer().get(options.responseTimeout().toNanos(), TimeUnit.NANOSECONDS);
            } catch (ExecutionException failed) {
                if (failed.getCause() instanceof MqttException known) {
                    throw known;
                }
                throw new IllegalStateException("an exchange failed without an MqttException", failed);
            } catch (TimeoutException late) {
                throw new MqttException(
                        Failure.TIMED_OUT,
                        "the server did not answer " + exchange.packet().type() + " in " + options.responseTimeout(),
                        late);
            }
        });
    }

    /** A call that may wait for what the reader brings. */
    @FunctionalInterface
    private interface Wait<T extends @Nullable Object> {
        T run() throws MqttException, InterruptedException;
    }

    private <T extends @Nullable Object> T waitFor(Wait<T> call) throws MqttException, InterruptedException {
        session.inbox().listenerWaits(true);
        try {
            return call.run();
        } finally {
            session.inbox().listenerWaits(false);
        }
    }

    /**
     * Sends what is on its way and DISCONNECT, and closes. Without a connection nothing happens.
     *
     * @param packet in 5.0 with its reason code and properties; 3.x sends neither
     */
    public void disconnect(Disconnect packet) throws InterruptedException {
        Connection connection = session.leave();
        if (connection != null) {
            session.inbox().listenerWaits(true);
            try {
                connection.finish(packet);
            } finally {
                session.inbox().listenerWaits(false);
            }
        }
    }

    /** Disconnects normally: the server drops the Will Message. An interrupt only shortens it. */
    @Override
    public void close() {
        try {
            disconnect(new Disconnect());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
