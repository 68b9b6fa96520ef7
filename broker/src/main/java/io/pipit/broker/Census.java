package io.pipit.broker;

/**
 * What a broker holds: counted from the things themselves, beside what its metrics say of them. Exact when nothing is
 * going on; else each number is true of a moment of its own.
 *
 * @param filters without Share Name that have subscriptions
 * @param indexed subscriptions in the index, where a shared subscription is one
 * @param indexIsEmpty whether the index holds nothing, also no place that a filter has left behind
 * @param sharedSubscriptions that have members
 * @param retainedCacheBytes of those retained messages that are in memory though the storage has them
 * @param retainedUnsettledBytes of those that the storage does not have yet
 * @param memoryBytes that count against the memory bound, but for those of the storage
 */
public record Census(
        Holdings holdings,
        Counted counted,
        int filters,
        int indexed,
        boolean indexIsEmpty,
        int sharedSubscriptions,
        long retainedMessages,
        long retainedBytes,
        long retainedCacheBytes,
        long retainedUnsettledBytes,
        long memoryBytes) {

    /**
     * What the loops hold.
     *
     * @param subscriptions of all sessions
     * @param sharedMembers those of them that are shared
     * @param timers that are scheduled
     * @param handedOver items from other loops that wait
     * @param pending works that a stop would wait for: publications and commits under way
     * @param paused publishers that wait for memory
     * @param queuedMessages not complete, in memory or not
     * @param inFlight Packet Identifiers of messages on their way to clients
     * @param receivedIdentifiers Packet Identifiers of QoS 2 messages from clients that are not released
     */
    public record Holdings(
            int connections,
            int sessions,
            int subscriptions,
            int sharedMembers,
            int wills,
            int timers,
            int handedOver,
            int pending,
            int paused,
            long queuedMessages,
            long queuedBytes,
            int inFlight,
            int receivedIdentifiers) {
        static final Holdings NONE = new Holdings(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

        /** Of a loop, counted on it. */
        static Holdings of(BrokerLoop loop) {
            Holdings sum = new Holdings(
                    loop.connections().size(),
                    loop.sessions().size(),
                    0,
                    0,
                    0,
                    loop.timers().size(),
                    loop.arrivals(),
                    loop.pendingWork(),
                    loop.memory().paused(),
                    0,
                    0,
                    0,
                    0);
            for (Session session : loop.sessions().all()) {
                sum = sum.plus(of(session));
            }
            return sum;
        }

        private static Holdings of(Session session) {
            int shared = (int) session.subscriptions().stream()
                    .filter(subscription -> subscription.group() != null)
                    .count();
            Queue queue = session.queueIfUsed();
            return new Holdings(
                    0,
                    0,
                    session.subscriptions().size(),
                    shared,
                    session.will() == null ? 0 : 1,
                    0,
                    0,
                    0,
                    0,
                    queue == null ? 0 : queue.count(),
                    queue == null ? 0 : queue.bytes(),
                    queue == null ? 0 : queue.inFlight(),
                    session.receivedInUse());
        }

        Holdings plus(Holdings other) {
            return new Holdings(
                    connections + other.connections,
                    sessions + other.sessions,
                    subscriptions + other.subscriptions,
                    sharedMembers + other.sharedMembers,
                    wills + other.wills,
                    timers + other.timers,
                    handedOver + other.handedOver,
                    pending + other.pending,
                    paused + other.paused,
                    queuedMessages + other.queuedMessages,
                    queuedBytes + other.queuedBytes,
                    inFlight + other.inFlight,
                    receivedIdentifiers + other.receivedIdentifiers);
        }
    }

    /** What the metrics say. */
    public record Counted(long clients, long sessions, long subscriptions, long queuedMessages, long queuedBytes) {
        static Counted of(Metrics.Snapshot metrics) {
            return new Counted(
                    metrics.clients(),
                    metrics.sessions(),
                    metrics.subscriptions(),
                    metrics.queuedMessages(),
                    metrics.queuedBytes());
        }
    }
}
