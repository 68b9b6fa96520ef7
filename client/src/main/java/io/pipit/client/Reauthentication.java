package io.pipit.client;

import io.pipit.mqtt.Auth;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ReasonCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Authenticates anew over the connection that there is (MQTT 5.0, section 4.12.1), one at a time. Any thread. */
final class Reauthentication {
    private final ClientOptions options;
    private final AtomicReference<@Nullable CompletableFuture<Auth>> going = new AtomicReference<>();

    Reauthentication(ClientOptions options) {
        this.options = options;
    }

    /** The Authentication Method of CONNECT, without which there is no authentication. */
    String requireMethod() {
        String method = options.authenticationMethod();
        if (method == null) {
            throw new IllegalStateException("the client did not connect with an Authentication Method");
        }
        return method;
    }

    /** Sends the AUTH that begins it; completed with the one that ends it. */
    CompletableFuture<Auth> begin(Connection present, String method, Properties properties) throws MqttException {
        Auth auth = new Auth(ReasonCode.RE_AUTHENTICATE, Connection.withMethod(properties, method)); // [MQTT-4.12.1-1]
        present.limits().check(auth);
        CompletableFuture<Auth> answer = new CompletableFuture<>();
        if (!going.compareAndSet(null, answer)) {
            throw new IllegalStateException("re-authentication is going on already");
        }
        present.outbox().put(auth);
        return answer;
    }

    /** An AUTH has come: the end, or a challenge, which is answered. */
    void received(Connection from, Auth auth) throws ProtocolException, MqttException {
        boolean last = auth.reasonCode() == ReasonCode.SUCCESS;
        CompletableFuture<Auth> answer = last ? going.getAndSet(null) : going.get();
        if (answer == null) {
            throw new ProtocolException("AUTH that nobody asked for", ReasonCode.PROTOCOL_ERROR);
        }
        if (last) {
            answer.complete(auth);
        } else {
            Auth reply = from.answer(auth);
            from.limits().check(reply); // [MQTT-3.15.2-2]
            from.outbox().put(reply);
        }
    }

    /** The connection has ended instead. */
    void ended(MqttException cause) {
        CompletableFuture<Auth> answer = going.getAndSet(null);
        if (answer != null) {
            answer.completeExceptionally(cause);
        }
    }
}
