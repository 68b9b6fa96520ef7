package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One PUBLISH under way whose publisher waits, or of which something is stored: it gathers what the loops answer into
 * one atomic batch, has it made durable, and then tells everybody. Confined to the publisher's loop. Once begun it
 * completes, even if its publisher has gone.
 */
final class Publication {
    /** Above so many stored sessions the message is stored once, and the queues refer to it. */
    private static final int INLINE_TARGETS = 8;

    /** Who is to hear of the end. */
    interface Origin {
        /** The publication is complete: {@link Publication#outcome()} says how. */
        void complete(Publication publication);
    }

    private final BrokerLoop loop;
    private final Message message;
    private final Origin origin;
    private final List<Part> parts = new ArrayList<>(1);
    private final Batch batch = new Batch(Batch.Urgency.DURABLE);
    private int unanswered;
    private boolean routed;
    private boolean complete;
    private long messageId;
    private @Nullable RetainedChange retained;
    private ReasonCode outcome = ReasonCode.SUCCESS;
    private @Nullable DropReason loss;
    private boolean partFailed;
    private @Nullable Consumer<Batch> insistence;

    Publication(BrokerLoop loop, Message message, Origin origin) {
        this.loop = loop;
        this.message = message;
        this.origin = origin;
    }

    Message message() {
        return message;
    }

    /** Rows that become durable together with the message's: add them before {@link #begin}. */
    Batch batch() {
        return batch;
    }

    /**
     * When the storage does not take it after it has been delivered, that is tried again until it does; its targets do
     * not get it a second time.
     *
     * @param rows adds what is to become durable together with it, asked at each attempt
     */
    Publication insisting(Consumer<Batch> rows) {
        insistence = rows;
        return this;
    }

    boolean isComplete() {
        return complete;
    }

    /** SUCCESS, NO_MATCHING_SUBSCRIBERS, or why nothing is promised. */
    ReasonCode outcome() {
        return outcome;
    }

    /** Whether something was to be stored of the message itself, for a queue or as the retained one. */
    boolean isStored() {
        return !parts.isEmpty() || message.retain();
    }

    /** Why it was not taken, or null. */
    @Nullable
    DropReason loss() {
        return loss;
    }

    /** Counts the message as dropped, if it was; who tries it again does not. */
    void countLoss() {
        DropReason reason = loss;
        if (reason != null) {
            loop.dropped(message, reason);
        }
    }

    /** Retains, matches, delivers; when nothing has to be waited for, it is complete on return. */
    void begin() {
        loop.began();
        Match match = loop.match(message.topic());
        DropReason refusal = refusal(match);
        if (refusal != null) {
            loss = refusal;
            outcome = ReasonCode.QUOTA_EXCEEDED;
            end();
            return;
        }
        if (message.retain()) {
            retain(); // before the match that counts: a new subscriber sees it there or here
            match = loop.match(message.topic());
        }
        if (match.stored() > INLINE_TARGETS) {
            messageId = loop.numbers().next();
        }
        if (match.isEmpty()) {
            outcome = ReasonCode.NO_MATCHING_SUBSCRIBERS;
        }
        loop.route(message, match, this);
        routed = true;
        commitWhenAnswered();
    }

    /** Why it cannot be taken, or null. */
    private @Nullable DropReason refusal(Match match) {
        boolean needsStorage = message.retain() || match.stored() > 0 || !batch.onlyRemoves();
        if (needsStorage && loop.broker().storage().refusal() != null) {
            return DropReason.STORAGE_REFUSED;
        }
        boolean refuses = loop.settings().queue().policy() == QueuePolicy.REFUSE_PUBLISHER;
        return refuses && message.qos().isAcknowledged() && match.hasFull() ? DropReason.QUEUE_FULL : null;
    }

    /** Delivers to one member of a shared subscription only. */
    void beginShared(SharedSubscription shared) {
        loop.began();
        loop.routeShared(message, shared, this);
        routed = true;
        commitWhenAnswered();
    }

    /** Refuses it before anything was done; with the reason if that is counted by it. */
    void refuse(ReasonCode reason, @Nullable DropReason counted) {
        loop.began();
        outcome = reason;
        loss = counted;
        end();
    }

    /** A part for some targets of one loop. */
    Part newPart(BrokerLoop target, boolean awaited) {
        Part part = new Part(message, target, this, messageId, awaited);
        unanswered += awaited ? 1 : 0;
        return part;
    }

    /** A loop has done its part, which was awaited. */
    void answered(Part part) {
        unanswered--;
        partFailed |= part.hasFailed();
        Batch rows = part.rows();
        if (rows != null) {
            parts.add(part);
            batch.addAll(rows);
        }
        commitWhenAnswered();
    }

    private void commitWhenAnswered() {
        if (!routed || unanswered > 0 || complete) {
            return;
        }
        int references = 0;
        for (Part part : parts) {
            references += part.messageId() == 0 ? 0 : part.entries();
        }
        if (references > 0) {
            batch.put(Table.MESSAGES, Keys.message(messageId), MessageRow.encode(message));
            batch.add(Table.MESSAGES, Keys.counter(messageId), references);
        }
        RetainedChange change = retained;
        if (partFailed) { // nothing of it is handed in
            if (change != null) {
                change.storeLater();
            }
            ended(new Storage.Commit.Failed("a part of it was not stored", false));
        } else {
            commit();
        }
    }

    private void commit() {
        Batch attempt = batch;
        if (insistence != null) {
            attempt = new Batch(Batch.Urgency.DURABLE).addAll(batch);
            insistence.accept(attempt);
        }
        if (retained != null) {
            retained.commit(attempt, this::committed);
        } else if (attempt.isEmpty()) {
            end();
        } else {
            loop.commit(attempt, message.topic().toString(), this::committed);
        }
    }

    private void committed(Storage.Commit commit) {
        if (commit instanceof Storage.Commit.Failed && insistence != null) {
            loop.completed(); // a stop does not wait for a storage that has failed
            loop.later(() -> {
                loop.began();
                commit();
            });
        } else {
            ended(commit);
        }
    }

    private void retain() {
        RetainedMessages all = loop.broker().retained();
        long version = message.payload().isEmpty()
                ? all.clear(message.topic()) // [MQTT-3.3.1-6]
                : all.set(message.keep()); // [MQTT-3.3.1-5]
        retained = version == 0 ? null : new RetainedChange(loop, message.topic(), version);
    }

    private void ended(Storage.Commit commit) {
        boolean durable = commit instanceof Storage.Commit.Durable;
        if (!durable) {
            outcome = ReasonCode.QUOTA_EXCEEDED;
            loss = DropReason.STORAGE_REFUSED;
        }
        for (Part part : parts) {
            loop.on(part.loop(), () -> part.settle(durable));
        }
        end();
    }

    private void end() {
        complete = true;
        origin.complete(this);
        loop.completed();
    }

    /** An origin that waits for nothing. */
    static Origin nobody() {
        return Publication::countLoss;
    }

    /** Where a part that was passed on has to be answered. */
    BrokerLoop loop() {
        return loop;
    }
}
