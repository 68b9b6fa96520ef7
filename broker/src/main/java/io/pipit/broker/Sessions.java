package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Storage;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Will;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The sessions of one loop: found, created, taken over, ended. Confined to that loop. */
final class Sessions {
    private final BrokerLoop loop;
    private final Map<ClientIdentifier, Session> byClient = new HashMap<>();

    Sessions(BrokerLoop loop) {
        this.loop = loop;
    }

    Collection<Session> all() {
        return byClient.values();
    }

    int size() {
        return byClient.size();
    }

    /** The session of a client, or null. */
    @Nullable
    Session find(ClientIdentifier clientIdentifier) {
        return byClient.get(clientIdentifier);
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

    /** Takes over, discards, resumes or creates, as an accepted CONNECT says (sections 3.1.2.4 and 3.1.4). */
    void connect(Handshake handshake) {
        ClientIdentifier id = handshake.clientIdentifier();
        Session known = byClient.get(id);
        String userName = handshake.connect().userName();
        if (known != null && known.isStored() && !Objects.equals(known.owner(), userName)) {
            handshake.refuse(ReasonCode.NOT_AUTHORIZED, "the session belongs to another user");
            return;
        }
        long expiry = handshake.expirySeconds();
        String refusal = loop.broker().storage().refusal();
        if (refusal != null && (expiry > 0 || (known != null && known.isStored()))) {
            handshake.refuse(ReasonCode.QUOTA_EXCEEDED, refusal);
            return;
        }
        Client old = known == null ? null : known.client();
        if (old != null) {
            old.takenOver(); // [MQTT-3.1.4-3]
            known = byClient.get(id);
        }
        Batch batch = new Batch(Batch.Urgency.DURABLE);
        if (known != null && handshake.connect().cleanStart()) { // [MQTT-3.1.2-4]
            end(known, batch);
            known = null;
        }
        boolean present = known != null; // [MQTT-3.1.2-5] and [MQTT-3.1.2-6]
        Session session = known == null ? create(id, userName, expiry > 0) : known;
        long earlierExpiry = known == null ? 0 : known.expirySeconds();
        attach(handshake, session, expiry, batch);
        settle(handshake, session, present, earlierExpiry, batch);
    }

    private Session create(ClientIdentifier id, @Nullable String owner, boolean stored) {
        Session session = new Session(loop, id, owner, loop.numbers().next(), stored);
        byClient.put(id, session);
        loop.metrics().sessionCreated();
        return session;
    }

    private void attach(Handshake handshake, Session session, long expiry, Batch batch) {
        session.attach(handshake.client());
        session.expireAfter(expiry);
        handshake.client().attached(session);
        Batch willRows = session.isStored() ? batch : loop.lazyBatch();
        loop.wills().remove(session, willRows); // [MQTT-3.1.3-9]
        Will will = handshake.connect().will();
        if (will != null) {
            loop.wills().set(session, will, willRows);
        }
        SessionRows rows = session.rows();
        if (rows != null) {
            rows.online(session, batch);
        }
    }

    private void settle(Handshake handshake, Session session, boolean present, long earlierExpiry, Batch batch) {
        if (batch.isEmpty()) {
            established(handshake, session, present);
            return;
        }
        loop.commit(batch, session.clientIdentifier().value(), commit -> {
            switch (commit) {
                case Storage.Commit.Durable() -> established(handshake, session, present);
                case Storage.Commit.Failed(String why, boolean full) -> {
                    if (session.client() == handshake.client()) {
                        loop.wills().remove(session, loop.lazyBatch());
                        session.expireAfter(earlierExpiry); // a new session ends, one that was there goes on as before
                        session.detach();
                    }
                    handshake.refuse(ReasonCode.QUOTA_EXCEEDED, why);
                }
            }
        });
    }

    private void established(Handshake handshake, Session session, boolean present) {
        Client client = handshake.client();
        if (client.isClosed()) {
            return;
        }
        handshake.complete(present);
        if (session.client() != client) { // another CONNECT was decided meanwhile
            client.takenOver();
            return;
        }
        session.established(client);
        loop.metrics().connected();
        loop.broker().connected(client, present);
    }

    /** A session that recovery has found. */
    Session restore(SessionRows.Stored stored) {
        Session session = new Session(loop, stored.clientIdentifier(), stored.owner(), stored.number(), true);
        session.expireAfter(stored.expirySeconds());
        byClient.put(stored.clientIdentifier(), session);
        loop.metrics().sessionCreated();
        return session;
    }

    /** A session is over: expired, or not stored and without connection. */
    void end(Session session) {
        end(session, loop.lazyBatch());
    }

    private void end(Session session, Batch batch) {
        byClient.remove(session.clientIdentifier(), session);
        loop.wills().publish(session); // [MQTT-3.1.2-8], 3.1.3.2.2: the end of the session ends the delay
        session.end();
        loop.metrics().sessionEnded();
        SessionRows rows = session.rows();
        if (rows != null) {
            rows.end(batch);
        }
        SessionRemoval.begin(loop, session);
    }
}
