package io.pipit.simulation;

import java.util.List;

/**
 * A broker that is wrong in one way which unit tests hardly see, so that a rule of the simulator has to: what is written
 * otherwise in its sources, and the rule that is expected to break.
 */
enum BrokerMutant {
    /** A PUBACK says what a crash or a failing disk takes back. */
    PUBACK_BEFORE_COMMIT("nothing-lost", new Edit("IncomingPublishes", "one.publication.begin();", """
                    one.publication.begin();
                    if (!one.publication.isComplete() && one.qos == QoS.AT_LEAST_ONCE) {
                        pending.remove(one);
                        acknowledge(one);
                    }
                    """)),

    /** The publisher forgets an identifier that the broker knows again after a crash. */
    PUBCOMP_BEFORE_REMOVAL_IS_DURABLE("progress", new Edit("IncomingPublishes", "if (rows == null) {", """
                    if (rows != null) {
                        Batch removal = new Batch(Batch.Urgency.DURABLE);
                        rows.removeReceived(packetIdentifier, removal);
                        loop.commit(removal, session.clientIdentifier().value(), commit -> {});
                    }
                    if (packetIdentifier > 0) {
                    """)),

    /** After a crash the publisher sends again what a subscriber has. */
    QOS_2_SENT_BEFORE_COMMIT(
            "exactly-once", new Edit("Queue", "(qos == QoS.EXACTLY_ONCE && !entry.isDurable())", "entry.isDone()")),

    /** After a crash the broker sends again what a subscriber has, and has released. */
    PUBREL_BEFORE_RECEIPT_IS_DURABLE("exactly-once", new Edit("Acknowledgements", "if (stored == null) {", """
                    if (stored != null) {
                        stored.release(entry, commit -> {});
                    }
                    if (entry.state() == State.RECEIVED) {
                    """)),

    /** The next connection is not sent the PUBREL for which an earlier one has sent PUBREC. */
    FORGOTTEN_PUBREL("progress", new Edit("Queue", "outlet.release(entry.packetIdentifier());", "")),

    /** With each start of the broker what is in flight has another Packet Identifier. */
    IDENTIFIER_REASSIGNED_AFTER_RESTART(
            "same-identifier",
            new Edit("SendWindow", "return 1 + (int) (sequence % IDENTIFIERS);", """
                    return 1 + (int) ((sequence + starts) % IDENTIFIERS);
                    """),
            new Edit("SendWindow", "private int size;", "private int size; static long starts;"),
            new Edit("Broker", "void begin(long epoch) {", "void begin(long epoch) { SendWindow.starts = epoch;")),

    /** What is read from the storage is taken for all there is, though older entries are on their way to it. */
    CURSOR_PASSES_UNCOMMITTED_ENTRY(
            "progress",
            new Edit("Queue", "long limit = tail.isEmpty() ? end : Math.min(end, tail.first());", "long limit = end;")),

    /** A message that has just come is sent before those that wait. */
    LIVE_MESSAGE_OVERTAKES_QUEUE("order", new Edit("Queue", "tailBytes += size;", """
                    tailBytes += size;
                    if (connected && outlet.isOpen()) {
                        send(entry);
                    }
                    """)),

    /** Nothing of a message is stored when a subscriber has acknowledged it before its batch is handed in. */
    ENTRY_ELIDED_FOR_ALL_TARGETS(
            "nothing-lost",
            new Edit("Publication", "} else if (attempt.isEmpty()) {", """
                    } else if (parts.stream().anyMatch(Part::hasAcknowledged)) {
                        committed(new Storage.Commit.Durable());
                    } else if (attempt.isEmpty()) {
                    """),
            new Edit("Part", "boolean hasFailed() {", """
                    boolean hasAcknowledged() {
                        return admitted.stream().anyMatch(one -> one.entry().isDone());
                    }

                    boolean hasFailed() {
                    """)),

    /** A message that is stored once for many queues goes with the first of its entries. */
    SHARED_MESSAGE_REMOVED_FOR_ALL_TARGETS(
            "nothing-lost",
            new Edit(
                    "EntryRows",
                    "batch.add(Table.MESSAGES, Keys.counter(messageId), -1);",
                    "batch.delete(Table.MESSAGES, Keys.message(messageId));")),

    /** A retained message is set when the loops have answered: who subscribes meanwhile sees it neither here nor there. */
    RETAINED_SET_AFTER_MATCH(
            "fresh-retained",
            new Edit("Publication", """
                    retain(); // before the match that counts: a new subscriber sees it there or here
                    match = loop.match(message.topic());
                    """, "match = loop.match(message.topic());"),
            new Edit("Publication", "int references = 0;", """
                    if (message.retain()) {
                        retain();
                    }
                    int references = 0;
                    """)),

    /** A retained message that was read from the storage is sent though it was changed since. */
    RETAINED_SENT_AS_IT_WAS_READ(
            "fresh-retained",
            new Edit(
                    "RetainedReader",
                    "RetainedTopic.isStored(held) && read != null && topic.version() == asked ? read : held;",
                    "read != null ? read : held;")),

    /** An entry gives up its claim on a shared message with PUBREC, and again with PUBCOMP. */
    COUNTER_DECREMENTED_TWICE("nothing-lost", new Edit("QueueEntry", "long taken = messageId; messageId = 0;", """
                    long taken = messageId;
                    """)),

    /** What comes while a takeover, or any other CONNECT, waits for the storage is dropped. */
    DROP_AT_TAKEOVER(
            "nothing-lost",
            new Edit("Sessions", "int size() {", """
                    boolean isConnecting(ClientIdentifier client) {
                        return connecting.containsKey(client);
                    }

                    int size() {
                    """),
            new Edit("Session", "if (ended) { SharedSubscription shared", """
                    if (loop.sessions().isConnecting(clientIdentifier)) {
                        return;
                    }
                    if (ended) { SharedSubscription shared""")),

    /** A session that has published its will still has it when it ends. */
    WILL_TWICE("wills", new Edit("Wills", "session.will(null); // a delay that still runs finds nothing", "")),

    /** The row of a will stays when it is published. */
    WILL_AGAIN_AFTER_RESTART("exactly-once", new Edit("Wills", ".insisting(removal)", "")),

    /** With each wake-up two of the things that others have handed over are done, and nobody comes for the rest. */
    LOST_WAKE_UP_OF_LOOP(
            "progress", new Edit("Arrivals", "int left = queue.size();", "int left = Math.min(2, queue.size());")),

    /** A buffer that was full and is flushed within the turn: nobody says that there is room again. */
    LOST_WAKE_UP_OF_FULL_BUFFER("progress", new Edit("Client", "if (isOpen()) { writable();", "if (isOpen()) {")),

    /** The keep-alive time of a client that is not read goes on. */
    KEEP_ALIVE_RUNS_WHILE_PAUSED("goodbye", new Edit("Client", "if (!pauses.isEmpty()) {", "if (pauses.size() > 9) {")),

    /** Who fills the memory is read on. */
    MEMORY_WITHOUT_BOUND(
            "memory-bound", new Edit("MemoryPauses", "budget.isExceeded() && paused.add(client)", "budget.used() < 0"));

    /**
     * What is written otherwise.
     *
     * @param source the name of a class of the broker
     * @param text that is found once in its source, however its words are spaced
     * @param instead what stands there instead
     */
    record Edit(String source, String text, String instead) {}

    private final String rule;

    @SuppressWarnings("ImmutableEnumChecker") // a List.of records
    private final List<Edit> edits;

    BrokerMutant(String rule, Edit... edits) {
        this.rule = rule;
        this.edits = List.of(edits);
    }

    /** The name of the rule that is expected to break. */
    String rule() {
        return rule;
    }

    List<Edit> edits() {
        return edits;
    }
}
