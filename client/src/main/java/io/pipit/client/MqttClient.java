package io.pipit.client;

import io.pipit.mqtt.Auth;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.PubAck;
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
 * <p>Any thread may call it, listeners too. Calls that wait end with an {@link MqttException} when there is no
 * connection and none will come by itself.
 *
 * <p><b>When the connection is lost</b> the client connects again by itself, unless its options say otherwise: after a
 * wait that grows ({@link ClientOptions.Builder#reconnect}), again and again, until it succeeds or meets what will not
 * pass ({@link MqttException#isTransient}: bad credentials, for example, or another client that has taken over the
 * session; another server that the server names is not followed). A {@link ConnectionListener} hears of it. Meanwhile:
 *
 * <ul>
 *   <li>Messages of QoS 1 and 2 stay under way, and new ones join them, up to a limit
 *       ({@link ClientOptions.Builder#offlineLimit}); so do subscribing and unsubscribing. Messages of QoS 0 are
 *       refused with {@link Failure#CONNECTION_LOST} or what else it was.
 *   <li>When the server still has the session, what it has not acknowledged is sent again in its order, and each
 *       message of QoS 2 arrives exactly once.
 *   <li>When it has not (a clean start, an expired session, a server that lost it), subscriptions are asked for again,
 *       and messages that it has not acknowledged are published anew, after that. A message of QoS 2 whose PUBREC has
 *       come is done then, since the server had taken it over; one whose PUBREC was lost may arrive twice. To exclude
 *       that, keep the session: {@link ClientOptions.Builder#sessionExpirySeconds}, or no clean start in 3.x.
 * </ul>
 *
 * <p>A client whose connection has ended for good may connect again. When its session outlives connections,
 * unacknowledged messages are then sent again in their order, though their futures have failed already; messages of a
 * session that the server has no more are dropped, and its subscriptions forgotten.
 *
 * <p>Session State is in memory: it ends with the process.
 */
public final class MqttClient implements AutoCloseable {
    private final ClientOptions options;
    private final Connector connector;
    private final ClientSession session;

    /** A client that is not connected yet. */
    public MqttClient(ClientOptions options) {
        this.options = options;
        this.connector = new Connector(options);
        this.session = new ClientSession(options, connector);
    }

    /**
     * Connects, and waits until the server has accepted. One attempt: only a connection that was there is made again by
     * itself.
     *
     * @return the CONNACK, with what the server announces
     * @throws MqttException {@link Failure#REFUSED} with the server's reason code; HOST_UNKNOWN, UNREACHABLE,
     *     TIMED_OUT, CONNECTION_LOST or PROTOCOL_ERROR when there was no answer to CONNECT
     * @throws IllegalStateException when it is connected, or connecting again by itself
     */
    public synchronized ConnAck connect() throws MqttException {
        return session.connect();
    }

    /** Whether there is a connection, as far as the client knows. */
    public boolean isConnected() {
        return session.isConnected();
    }

    /** The one of the options, or that which the server has assigned; empty while there is neither. */
    public ClientIdentifier clientIdentifier() {
        return connector.clientIdentifier();
    }

    /**
     * Publishes a message and waits until the server has taken it over; at QoS 0 until it is on its way.
     *
     * @throws MqttException {@link Failure#REJECTED} with the server's reason code; NOT_POSSIBLE when the server
     *     announced that it would not take such a message; BACKLOG_FULL; TIMED_OUT after the response timeout, the
     *     delivery still going on; or what ended the connection for good
     * @throws InterruptedException when the thread is interrupted; a delivery that has begun goes on
     */
    public PublishResult publish(Message message) throws MqttException, InterruptedException {
        Exchange exchange = waitFor(() -> session.publish(message));
        return exchange == null ? PublishResult.SENT : result(await(exchange));
    }

    /**
     * Publishes a message without waiting for the server to take it over. Waits while as many messages are under way
     * as the server's Receive Maximum and the options allow. The order of messages is that of the calls.
     *
     * @return completed with what {@link #publish} would return or throw, however long that takes, by the thread that
     *     reads: what hangs on it must not wait for this client
     * @throws MqttException when the message is not taken at all: NOT_POSSIBLE, BACKLOG_FULL, or there is no
     *     connection and none will come by itself
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
        Subscriptions.Call call = session.subscribing(requests, properties, listener);
        @Nullable SubAck answer = null;
        try {
            answer = (SubAck) await(
                    session.request(PacketType.SUBACK, identifier -> new Subscribe(identifier, properties, requests)));
            return answer;
        } finally {
            session.subscribed(call, answer);
        }
    }

    /**
     * Subscribes to one filter with a stream of its own, that has room for so many messages, at least 1: see
     * {@link MessageStream} and {@link #subscribe(List, Properties, MessageListener)}.
     *
     * @throws MqttException also {@link Failure#REJECTED} with the server's reason code
     */
    public MessageStream subscribe(String filter, QoS maximumQoS, int capacity)
            throws MqttException, InterruptedException {
        MessageStream stream = new MessageStream(capacity);
        SubAck answer = subscribe(filter, maximumQoS, stream);
        ReasonCode reason = answer.reasonCodes().getFirst();
        if (reason.isError()) {
            throw new MqttException(
                    Failure.REJECTED,
                    "the server refused the subscription to " + filter + ": "
                            + Connection.reason(reason, answer.properties()),
                    reason,
                    answer.properties());
        }
        return stream;
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
        session.unsubscribed(filters);
        return answer;
    }

    /**
     * Authenticates anew over the connection (MQTT 5.0, section 4.12.1), and waits for the server's answer; the
     * {@link Authenticator} answers its challenges meanwhile. A server that does not agree disconnects.
     *
     * @param properties of the AUTH that begins it, such as Authentication Data; the method is that of CONNECT
     * @return the AUTH that ends it
     * @throws MqttException when the connection ends instead, or TIMED_OUT
     * @throws IllegalStateException when CONNECT had no Authentication Method, or it is going on already
     */
    public Auth reauthenticate(Properties properties) throws MqttException, InterruptedException {
        CompletableFuture<Auth> answer = session.reauthenticate(properties);
        return waitFor(() -> get(answer, PacketType.AUTH));
    }

    private Packet await(Exchange exchange) throws MqttException, InterruptedException {
        boolean answered = false;
        try {
            Packet answer =
                    waitFor(() -> get(exchange.answer(), exchange.packet().type()));
            answered = true;
            return answer;
        } finally {
            if (!answered) {
                session.abandon(exchange);
            }
        }
    }

    private <T> T get(CompletableFuture<T> answer, PacketType asked) throws MqttException, InterruptedException {
        try {
            return answer.get(options.responseTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof MqttException known) {
                throw known;
            }
            throw new IllegalStateException("an exchange failed without an MqttException", failed);
        } catch (TimeoutException late) {
            throw new MqttException(
                    Failure.TIMED_OUT, "the server did not answer " + asked + " in " + options.responseTimeout(), late);
        }
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
     * Waits until the server has acknowledged the messages that somebody still waits for, at most the response timeout;
     * then sends DISCONNECT and closes. From now on nothing new is taken. Without a connection nothing is sent, and a
     * client that is connecting again stops that.
     *
     * @param packet in 5.0 with its reason code and properties; 3.x sends neither. Properties that would make it larger
     *     than the server's Maximum Packet Size are left out
     * @throws InterruptedException when the thread is interrupted; the connection is closed all the same
     * @throws IllegalArgumentException when a client has no such reason to disconnect (MQTT 5.0, section 3.14.2.1)
     */
    public void disconnect(Disconnect packet) throws InterruptedException {
        requireReason(packet.reasonCode());
        session.inbox().listenerWaits(true);
        try {
            Connection connection = session.leave(options.responseTimeout());
            if (connection != null) {
                connection.finish(connection.limits().fitting(packet));
            }
        } finally {
            session.inbox().listenerWaits(false);
        }
    }

    private static void requireReason(ReasonCode reasonCode) {
        switch (reasonCode) { // [MQTT-3.14.2-1]
            case SUCCESS,
                    DISCONNECT_WITH_WILL_MESSAGE,
                    UNSPECIFIED_ERROR,
                    MALFORMED_PACKET,
                    PROTOCOL_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    TOPIC_NAME_INVALID,
                    RECEIVE_MAXIMUM_EXCEEDED,
                    TOPIC_ALIAS_INVALID,
                    PACKET_TOO_LARGE,
                    MESSAGE_RATE_TOO_HIGH,
                    QUOTA_EXCEEDED,
                    ADMINISTRATIVE_ACTION,
                    PAYLOAD_FORMAT_INVALID -> {}
            default -> throw new IllegalArgumentException(reasonCode + " is no reason of a client to disconnect");
        }
    }

    /** Disconnects normally, as {@link #disconnect}: the server drops the Will Message. An interrupt shortens it. */
    @Override
    public void close() {
        try {
            disconnect(new Disconnect());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
