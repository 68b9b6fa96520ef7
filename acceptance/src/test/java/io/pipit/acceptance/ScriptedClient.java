package io.pipit.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client of a library of another language, hosted by a script. */
final class ScriptedClient implements TestClient {
    private final ScriptHost host;
    private final Endpoint endpoint;
    private final Version version;
    private final Inbox inbox = new Inbox();
    private final int number;
    private boolean open;

    ScriptedClient(ScriptHost host, Endpoint endpoint, Version version) {
        this.host = host;
        this.endpoint = endpoint;
        this.version = version;
        this.number = host.open(inbox);
    }

    /** All that the script needs to know to connect. */
    record Opening(
            String host,
            int port,
            boolean ws,
            String path,
            int level,
            int keepAliveSeconds,
            String clientId,
            boolean clean,
            long sessionExpirySeconds,
            int topicAliasMaximum,
            @Nullable Will will) {}

    @Override
    public ConnAck connect(Connect connect) {
        open = true;
        JsonNode answer = host.request(
                number,
                "connect",
                new Opening(
                        Endpoint.HOST,
                        endpoint.port(),
                        endpoint.transport() == Endpoint.Transport.WS,
                        Endpoint.PATH,
                        version.level(),
                        Connect.KEEP_ALIVE_SECONDS,
                        connect.clientId(),
                        connect.clean(),
                        connect.sessionExpirySeconds(),
                        connect.topicAliasMaximum(),
                        connect.will()));
        return new ConnAck(
                answer.get("sessionPresent").asBoolean(),
                answer.path("assignedClientId").asText(null),
                number(answer, "topicAliasMaximum"),
                number(answer, "receiveMaximum"));
    }

    private static @Nullable Integer number(JsonNode answer, String name) {
        JsonNode value = answer.path(name);
        return value.isNumber() ? value.intValue() : null;
    }

    @Override
    public int subscribe(Subscription subscription) {
        return host.request(number, "subscribe", subscription).intValue();
    }

    @Override
    public int unsubscribe(String filter) {
        return host.request(number, "unsubscribe", filter).intValue();
    }

    @Override
    public void publish(Message message) {
        host.request(number, "publish", message);
    }

    @Override
    public void disconnect(Disconnect disconnect) {
        host.request(number, "disconnect", disconnect);
        open = false;
    }

    @Override
    public Inbox inbox() {
        return inbox;
    }

    @Override
    public void close() {
        if (open) {
            host.request(number, "close", Map.of());
            open = false;
        }
    }
}
