package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Storage;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.ReasonCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The sessions of one loop: found, created, taken over, ended. Confined to that loop. */
final class Sessions {
    private final BrokerLoop loop;
    private final Map<ClientIdentifier, Session> byClient = new HashMap<>();

    /** The clients whose CONNECT waits for the storage, and who came after it. */
    private final Map<ClientIdentifier, List<Handshake>> connecting = new HashMap<>();

    Sessions(BrokerLoop loop) {
        this.loop = loop;
    }

    Collection<Session> all() {
        return byClient.values();
    }

    int size() {
        return byClient.size();
    }

    /** A Client Identifier that nobody uses and whose sessions live on this loop, so that no move is needed. */
    ClientIdentifier newIdentifier() {
        ClientIdentifier candidate;
        do {
            candidate = new ClientIdentifier(
                    "pipit-" + Long.toUnsignedString(loop.numbers().next(), 36));
        } while (loop.broker().loopOf(candidate) != loop || byClient.containsKey(candidate));
        return candidate;
    }

    /**
     * Takes over, discards, resumes or creates, as an accepted CONNECT says (sections 3.1.2.4 and 3.1.4). What it does
     * to a stored session is done when it is durable, and not at all when the storage refuses it; a further CONNECT
     * of the same client waits in line until then.
     */
    void connect(Handshake handshake) {
        List<Handshake> line = connecting.get(handshake.clientIdentifier());
        if (line == null) {
            decide(handshake);
        } else {
            line.add(handshake);
        }
    }

    private void decide(Handshake handshake) {
        ClientIdentifier id = handshake.clientIdentifier();
        Connect connect = handshake.connect();
        Session known = byClient.get(id);
        if (known != null && known.isStored() && !Objects.equals(known.owner(), connect.userName())) {
            handshake.refuse(ReasonCode.NOT_AUTHORIZED, "the session belongs to another user");
            return;
        }
        boolean stored = handshake.expirySeconds() > 0;
        String refusal = loop.broker().storage().refusal();
        if (refusal != null && (stored || (known != null && known.isStored()))) {
            handshake.refuse(ReasonCode.QUOTA_EXCEEDED, refusal);
            return;
        }
        Client old = known == null ? null : known.client();
        if (old != null) {
            old.takenOver(); // [MQTT-3.1.4-3]
            known = byClient.get(id);
        }
        Session before = known;
        if (before == null || connect.cleanStart()) { // [MQTT-3.1.2-4] and [MQTT-3.1.2-6]
            Session fresh =
                    new Session(loop, id, connect.userName(), loop.numbers().next(), stored);
            settle(handshake, fresh, before, () -> begin(handshake, fresh, before));
        } else { // [MQTT-3.1.2-5]
            settle(handshake, before, before, () -> attach(handshake, before, true));
        }
    }

    /** Does something when it is durable that this session is connected, and what was there before went, if it goes. */
    private void settle(Handshake handshake, Session session, @Nullable Session known, Runnable then) {
        Batch batch = new Batch(Batch.Urgency.DURABLE);
        Session discarded = known == session ? null : known;
        SessionRows discardedRows = discarded == null ? null : discarded.rows();
        if (discarded != null && discardedRows != null) {
            discardedRows.end(discarded, batch);
        }
        SessionRows rows = session.rows();
        if (rows != null) {
            loop.wills().store(session, handshake.connect().will(), batch);
            rows.online(session, handshake.expirySeconds(), batch);
        }
        if (batch.isEmpty()) {
            then.run();
            return;
        }
        ClientIdentifier id = handshake.clientIdentifier();
        Runnable asBefore = known == null
                ? () -> {}
                : known.hold(known == session && handshake.connect().will() != null);
        connecting.put(id, new ArrayList<>(1));
        loop.commit(batch, id.value(), commit -> {
            List<Handshake> line = connecting.remove(id);
            try {
                switch (commit) {
                    case Storage.Commit.Durable() -> then.run();
                    case Storage.Commit.Failed(String why, boolean full) -> {
                        asBefore.run();
                        handshake.refuse(ReasonCode.QUOTA_EXCEEDED, why);
                    }
                }
            } finally {
                next(line);
            }
        });
    }

    private void next(@Nullable List<Handshake> line) {
        if (line != null) {
            for (Handshake waiting : line) {
                if (!waiting.client().isClosed()) {
                    connect(waiting);
                }
            }
        }
    }

    private void begin(Handshake handshake, Session session, @Nullable Session discarded) {
        if (discarded != null) {
            leave(discarded);
            discarded.release();
            SessionRemoval.begin(loop, discarded);
        }
        byClient.put(session.clientIdentifier(), session);
        loop.metrics().sessionCreated();
        attach(handshake, session, false);
    }

    private void attach(Handshake handshake, Session session, boolean present) {
        Client client = handshake.client();
        session.attach(client);
        session.expireAfter(handshake.expirySeconds());
        loop.wills().begin(session, handshake.connect().will());
        session.release();
        if (client.isClosed()) { // while the storage was asked
            loop.wills().connectionEnded(session);
            session.detach();
            return;
        }
        client.attached(session);
        handshake.complete(present);
        if (!client.isEstablished()) { // it accepts no packet as large as CONNACK
            return;
        }
        loop.metrics().connected();
        loop.broker().connected(client, present); // before anything that may end it
        if (client.isEstablished()) { // it may have subscribed to what this publishes, and its queue be full
            session.established(client);
        }
    }

    /** A session that recovery has found. */
    Session restore(StoredRow.Session stored) {
        Session session = new Session(loop, stored.clientIdentifier(), stored.owner(), stored.number(), true);
        session.expireAfter(stored.expirySeconds());
        session.restored(stored.sentUpTo());
        byClient.put(stored.clientIdentifier(), session);
        loop.metrics().sessionCreated();
        return session;
    }

    /** A session is over: expired, or not stored and without connection. */
    void end(Session session) {
        leave(session);
        if (session.isStored()) {
            endRow(session);
        } else {
            SessionRemoval.begin(loop, session);
        }
    }

    private void leave(Session session) {
        byClient.remove(session.clientIdentifier(), session);
        loop.wills().publish(session); // [MQTT-3.1.2-8], 3.1.3.2.2: the end of the session ends the delay
        session.end();
        loop.metrics().sessionEnded();
    }

    /** Its row goes, unless it is another session's by now; what else there is of it afterwards. */
    private void endRow(Session session) {
        SessionRows rows = session.rows();
        if (rows == null) {
            return;
        }
        ClientIdentifier id = session.clientIdentifier();
        if (connecting.containsKey(id)) {
            loop.later(() -> endRow(session)); // whose row it will be is not decided
            return;
        }
        Session successor = byClient.get(id);
        Batch batch = new Batch(Batch.Urgency.LAZY);
        if (successor != null && successor.isStored()) {
            rows.remove(session, batch);
        } else {
            rows.end(session, batch);
        }
        loop.commit(batch, id.value(), commit -> {
            switch (commit) {
                case Storage.Commit.Durable() -> SessionRemoval.begin(loop, session);
                case Storage.Commit.Failed failed -> loop.later(() -> endRow(session));
            }
        });
    }

    /** Memory is short: what sessions have not been sent is read from the storage, where it has that. */
    void fallBehind() {
        byClient.values().forEach(Session::fallBehind);
    }
}
