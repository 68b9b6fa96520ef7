package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** All libraries, versions and transports with one another. */
final class ClientMixTest {
    @RegisterExtension
    static final Stage STAGE = new Stage();

    @Test
    void publish_fromEachPeer_arrivesAtEachOther() {
        String root = STAGE.name("mix");
        Map<Peer, TestClient> clients = new LinkedHashMap<>();
        for (Peer peer : Peer.all()) {
            TestClient client = STAGE.connected(peer);
            client.subscribe(root + "/#", 2);
            clients.put(peer, client);
        }
        List<Message> messages = clients.keySet().stream()
                .map(peer -> Message.of(root + "/" + peer, "from " + peer).withQos(2))
                .toList();
        int i = 0;
        for (TestClient client : clients.values()) {
            client.publish(messages.get(i++));
        }
        clients.forEach((peer, client) ->
                assertThat(client.inbox().next(messages.size())).as("%s", peer).isEqualTo(messages));
    }
}
