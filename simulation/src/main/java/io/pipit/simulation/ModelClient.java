package io.pipit.simulation;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PingReq;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.Subscribe;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.UnsubAck;
import io.pipit.mqtt.Unsubscribe;
import io.pipit.mqtt.Will;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A client that keeps to the standard: what it may send when, what it sends again, what it knows of its session. It does
 * what steps say, answers as it is its manner, and hands what it hears to the rules.
 */
final class ModelClient {
    private final int index;
    private final Traits traits;
    private final World world;
    private final Outbound outbound;
    private final Inbound inbound;
    private final Map<Integer, Asked> asked = new LinkedHashMap<>();
    private ModelSession session;
    private @Nullable Link link;
    private boolean accepted;
    private boolean leaving;
    private boolean mustCleanStart;
    private boolean cleanStart;
    private boolean settling;
    private boolean ending;
    private boolean over;
    private boolean rivals;
    private boolean keepsItsWill;
    private long lostNanos;
    private long detachedNanos = Long.MAX_VALUE;
    private long lastAbsenceNanos;

    /** An answer of the broker may be so late. */
    private static final long GRACE_NANOS = 2_000_000_000L;

    /** A SUBSCRIBE or UNSUBSCRIBE that is not answered. */
    private record Asked(TopicFilter filter, @Nullable Wish wish, long nanos) {}

    ModelClient(int index, Traits traits, World world) {
        this.index = index;
        this.traits = traits;
        this.world = world;
        this.session = world.ledger().begin(index, traits.stored());
        this.outbound = new Outbound(this, world);
        this.inbound = new Inbound(this, world);
    }

    int index() {
        return index;
    }

    String name() {
        return traits.name();
    }

    Traits traits() {
        return traits;
    }

    ModelSession session() {
        return session;
    }

    Outbound outbound() {
        return outbound;
    }

    Inbound inbound() {
        return inbound;
    }

    /** Whether it acknowledges at once. */
    boolean isPrompt() {
        return settling || traits.prompt();
    }

    /** Its connection when it may speak, or null. */
    @Nullable
    Link voice() {
        Link current = link;
        return current != null && accepted && !leaving && current.isUp() ? current : null;
    }

    /** Whether it has a connection that it has not given up. */
    boolean isConnected() {
        Link current = link;
        return current != null && !leaving && current.isUp();
    }

    /** Whether it has ever wanted a connection. */
    boolean hasAppeared() {
        return link != null;
    }

    /** Whether it waits for CONNACK. */
    boolean isConnecting() {
        return isConnected() && !accepted;
    }

    /** Whether it waits for SUBACK or UNSUBACK. */
    boolean isAsking() {
        return !asked.isEmpty();
    }

    /** Whether such a packet is on its way to the broker. */
    boolean hasUnderWay(Predicate<Packet> kind) {
        Link current = link;
        return current != null && current.isUp() && current.isUnderWay(kind);
    }

    /** From now on it acknowledges at once and reads everything. */
    void settle() {
        settling = true;
        Link current = link;
        if (current != null) {
            current.lag(0);
            current.takes(Long.MAX_VALUE);
        }
    }

    // Connecting

    /** Connects, unless it is connected; false when the broker is not there. */
    void connect(boolean wantsCleanStart) {
        if (!isConnected()) {
            open(wantsCleanStart);
        }
    }

    /** Connects on another connection though it is connected. */
    void takeOver(boolean wantsCleanStart) {
        boolean clean = isClean(wantsCleanStart);
        if (!isConnected() || (!accepted && clean)) {
            return; // which of two clean starts came last, it could not know
        }
        world.strikes(Fault.TAKEOVER, this);
        open(wantsCleanStart);
        rivals = true;
    }

    private void open(boolean wantsCleanStart) {
        if (!world.isListening()) {
            return;
        }
        cleanStart = isClean(wantsCleanStart);
        lostNanos = isConnected() && accepted ? world.clock().nanos() : lostNanos;
        asked.clear();
        inbound.disconnected();
        if (cleanStart) {
            mustCleanStart = traits.stored();
            begin();
        } else {
            mustCleanStart = mayHaveExpired(absentNanos() + GRACE_NANOS); // unanswered, it may have begun a new one
        }
        accepted = false;
        leaving = false;
        rivals = false;
        over = false;
        Link opened = world.open(this);
        link = opened;
        opened.send(packet());
    }

    /** From now on it does not come back by itself, and ends the session that it has when it does. */
    void retire() {
        ending = true;
    }

    /** In 3.x a clean session is never stored: who wants a stored one cannot begin anew. */
    private boolean isClean(boolean wanted) {
        return ending
                || mustCleanStart
                || !traits.stored()
                || (wanted && traits.version().hasProperties());
    }

    private void begin() {
        session = world.ledger().begin(index, traits.stored());
        outbound.forget();
        inbound.forget();
    }

    private Connect packet() {
        Properties.Builder properties = Properties.builder();
        if (traits.version().hasProperties()) {
            if (traits.stored()) {
                properties.add(Property.SESSION_EXPIRY_INTERVAL, traits.expirySeconds());
            }
            if (traits.receiveMaximum() < 65_535) {
                properties.add(Property.RECEIVE_MAXIMUM, traits.receiveMaximum());
            }
            if (traits.aliases() > 0) {
                properties.add(Property.TOPIC_ALIAS_MAXIMUM, traits.aliases());
            }
        }
        return new Connect(
                traits.version(),
                false,
                new ClientIdentifier(traits.name()),
                cleanStart,
                traits.keepAliveSeconds(),
                will(),
                null,
                null,
                properties.build());
    }

    private @Nullable Will will() {
        QoS qos = traits.willQoS();
        if (qos == null) {
            return null;
        }
        Published message = world.ledger().publish(index, Topics.will(index), qos, false, 0, 0);
        Properties properties = traits.willDelaySeconds() == 0
                ? Properties.NONE
                : Properties.of(Property.WILL_DELAY_INTERVAL, (long) traits.willDelaySeconds());
        world.wills().connected(this, message);
        return new Will(message.topic(), message.payload(), qos, false, properties);
    }

    private void accepted(Link current, ConnAck ack) {
        if (ack.reasonCode().isError()) {
            world.requireExcuse(this, "was refused with " + ack.reasonCode());
            return;
        }
        accepted = true;
        boolean present = ack.sessionPresent() || (traits.version().level() == 3 && !cleanStart); // 3.1 cannot say
        if (cleanStart && present) {
            throw new Violation("session-present", name() + " began with a clean start, and is told of a session");
        }
        if (!cleanStart && !present) {
            requireMayBeGone();
            begin();
        }
        mustCleanStart = false;
        session.establish();
        world.wills().accepted(this);
        outbound.resume(current, ack.properties().get(Property.RECEIVE_MAXIMUM, 65_535));
        keepAlive(current);
    }

    private void requireMayBeGone() {
        if (!session.isEstablished()) {
            return;
        }
        if (!mayHaveExpired(lastAbsenceNanos)) {
            throw new Violation(
                    "session-present",
                    name() + " is told that its session is no more, after an absence of " + lastAbsenceNanos / 1_000_000
                            + " ms");
        }
    }

    private boolean mayHaveExpired(long absentNanos) {
        boolean expired = absentNanos >= traits.expirySeconds() * 1_000_000_000L
                || world.ledger().hasWallStepped();
        return traits.isMortal() && expired;
    }

    /** Since it, or the broker, has lost the connection. */
    private long absentNanos() {
        return world.clock().nanos() - Math.min(lostNanos, detachedNanos);
    }

    /** Whether the broker must have the stored session that it knows: it has not begun another, nor can it have expired. */
    boolean isSureOfItsSession() {
        return traits.stored() && !traits.isMortal() && session.isEstablished() && !mustCleanStart && !ending;
    }

    /** The broker says that it is connected. */
    void attached() {
        lastAbsenceNanos = absentNanos();
        detachedNanos = Long.MAX_VALUE;
    }

    /** The broker says that it is no more, which it may hear later. */
    void detached() {
        detachedNanos = world.clock().nanos();
    }

    private void keepAlive(Link current) {
        if (traits.keepAliveSeconds() == 0) {
            return;
        }
        long pause = traits.keepAliveSeconds() * 1_000_000_000L / 3;
        world.agenda().in(pause, () -> {
            if (voice() == current) {
                if (world.clock().nanos() - current.lastSentNanos() >= pause) {
                    current.send(new PingReq());
                }
                keepAlive(current);
            }
        });
    }

    // Leaving

    /** Sends DISCONNECT. */
    void leave(boolean endSession, boolean withWill) {
        Link current = voice();
        if (current == null) {
            return;
        }
        boolean properties = traits.version().hasProperties();
        boolean ends = endSession && properties && traits.stored();
        boolean keepsWill = withWill && properties;
        Properties expiry = ends ? Properties.of(Property.SESSION_EXPIRY_INTERVAL, 0L) : Properties.NONE;
        current.send(new Disconnect(keepsWill ? ReasonCode.DISCONNECT_WITH_WILL_MESSAGE : ReasonCode.SUCCESS, expiry));
        leaving = true;
        keepsItsWill = keepsWill;
        lostNanos = world.clock().nanos();
        mustCleanStart |= ends;
    }

    /** Its connection breaks. */
    void lose() {
        Link current = link;
        if (current != null && current.isUp()) {
            world.strikes(Fault.LOST_CONNECTION, this);
            current.breaks(true, world.random().nextBoolean());
            if (!leaving || keepsItsWill) {
                world.wills().lost(this);
            }
            gone(current);
        }
    }

    /** Its connection breaks, and the broker hears of it only after a while. */
    void goSilent() {
        Link current = voice();
        if (current != null) {
            world.strikes(Fault.SILENT_CONNECTION, this);
            current.breaks(false, world.random().nextBoolean());
            world.agenda().in(20_000_000_000L, current::closes);
            gone(current);
        }
    }

    /** Takes so many bytes, and then none. */
    void stall(int bytes) {
        Link current = voice();
        if (current != null) {
            world.strikes(Fault.STALLED_CLIENT, this);
            current.takes(bytes);
        }
    }

    void read() {
        Link current = voice();
        if (current != null) {
            current.takes(Long.MAX_VALUE);
        }
    }

    void lag(int millis) {
        Link current = voice();
        if (current != null) {
            current.lag(millis);
        }
    }

    /** The broker has closed a connection. */
    void ended(Link which) {
        if (which == link) {
            if (leaving && !keepsItsWill && !rivals) {
                world.wills().left(this);
            } else if (!leaving) {
                if (!rivals) {
                    world.requireExcuse(this, "was disconnected");
                }
                outbound.disturb();
            }
            gone(which);
        }
    }

    /** The broker's process has died. */
    void killed() {
        Link current = link;
        if (current != null && current.isUp()) {
            current.killed(world.random().nextBoolean());
            gone(current);
        }
    }

    private void gone(Link which) {
        world.trace().note(name(), "has lost connection " + which.number());
        if (accepted && !leaving) {
            lostNanos = world.clock().nanos();
        }
        inbound.disconnected();
        if (!traits.stored()) {
            outbound.forget();
            over = true;
        }
        if (!ending && (settling || world.random().nextBoolean())) {
            world.agenda().in(1 + world.random().nextInt(400_000_000), () -> connect(false));
        }
    }

    // Subscribing

    void subscribe(SubscriptionRequest request) {
        Link current = voice();
        if (current != null) {
            int identifier = freeIdentifier();
            Wish wish = session.wish(request, current.number(), world.ledger().stamp());
            asked.put(
                    identifier, new Asked(request.filter(), wish, world.clock().nanos()));
            current.send(new Subscribe(identifier, Properties.NONE, List.of(request)));
        }
    }

    void unsubscribe(TopicFilter filter) {
        Link current = voice();
        if (current != null) {
            int identifier = freeIdentifier();
            long stamp = world.ledger().stamp();
            wishesFor(filter).forEach(wish -> wish.closing(stamp));
            asked.put(identifier, new Asked(filter, null, world.clock().nanos()));
            current.send(new Unsubscribe(identifier, Properties.NONE, List.of(filter)));
        }
    }

    private List<Wish> wishesFor(TopicFilter filter) {
        return session.wishes().stream()
                .filter(wish -> wish.request().filter().equals(filter))
                .toList();
    }

    private int freeIdentifier() {
        return outbound.freeIdentifier(asked.keySet());
    }

    boolean uses(int identifier) {
        return asked.containsKey(identifier);
    }

    private void answered(int identifier, List<ReasonCode> reasons) {
        Asked question = asked.remove(identifier);
        if (question == null) {
            throw new Violation("answers", name() + " hears an answer to " + identifier + ", which it did not ask");
        }
        boolean refused = reasons.stream().anyMatch(ReasonCode::isError);
        Wish wish = question.wish;
        if (refused) {
            world.requireExcuse(this, question.nanos, "was refused a subscription with " + reasons);
        } else if (wish != null) {
            wish.grant(world.ledger().stamp(), world.clock().nanos());
        } else {
            long stamp = world.ledger().stamp();
            wishesFor(question.filter).stream().filter(each -> !each.isOpen()).forEach(each -> each.closed(stamp));
        }
    }

    // Hearing

    /**
     * A packet has come on one of its connections; on one that it has given up it listens no more, nor on one that has
     * ended its session.
     */
    void hear(Link from, Packet packet) {
        if (from != link || over) {
            return;
        }
        if (packet instanceof ConnAck ack) {
            accepted(from, ack);
            return;
        }
        if (!accepted) {
            throw new Violation("answers", name() + " hears " + PacketText.of(packet) + " before CONNACK");
        }
        switch (packet) {
            case Publish publish -> inbound.hear(publish);
            case PubRel release -> inbound.released(release.packetIdentifier());
            case PubAck ack -> outbound.acknowledged(ack.packetIdentifier(), QoS.AT_LEAST_ONCE, ack.reasonCode());
            case PubRec ack -> outbound.acknowledged(ack.packetIdentifier(), QoS.EXACTLY_ONCE, ack.reasonCode());
            case PubComp ack -> outbound.completed(ack.packetIdentifier());
            case SubAck ack -> answered(ack.packetIdentifier(), ack.reasonCodes());
            case UnsubAck ack -> answered(ack.packetIdentifier(), List.of());
            case Disconnect end -> dismissed(from, end.reasonCode());
            default -> {}
        }
    }

    /** When what it hears now was sent, at the earliest. */
    long heardNanos() {
        Link current = link;
        return current == null ? world.clock().nanos() : current.heardNanos();
    }

    private void dismissed(Link from, ReasonCode reason) {
        world.trace().note(name(), "is told " + reason);
        long silentNanos = world.clock().nanos() - from.lastArrivedNanos();
        if (reason == ReasonCode.KEEP_ALIVE_TIMEOUT && silentNanos < traits.keepAliveSeconds() * 1_000_000_000L) {
            throw new Violation(
                    "goodbye",
                    name() + " is told that it was silent, " + silentNanos / 1_000_000 + " ms after its last");
        }
    }
}
