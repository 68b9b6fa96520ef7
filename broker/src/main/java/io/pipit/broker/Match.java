package io.pipit.broker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who is to get the messages of one topic, sorted by the loops that own them. Immutable. */
final class Match {
    private static final Target[] NONE = {};

    private final Target[][] byLoop;
    private final int[] stored;
    private final List<SharedSubscription> groups;
    private final boolean empty;
    private final int storedTotal;

    private Match(Target[][] byLoop, int[] stored, List<SharedSubscription> groups) {
        this.byLoop = byLoop;
        this.stored = stored;
        this.groups = groups;
        boolean none = groups.isEmpty();
        int total = 0;
        for (int i = 0; i < byLoop.length; i++) {
            none &= byLoop[i].length == 0;
            total += stored[i];
        }
        this.empty = none;
        this.storedTotal = total;
    }

    /** Sorts what the index has found. */
    static Match of(List<Matched> found, int loops) {
        Map<Session, List<Subscription>> sessions = new LinkedHashMap<>();
        List<SharedSubscription> groups = new ArrayList<>();
        List<List<Target>> targets = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            targets.add(new ArrayList<>());
        }
        for (Matched matched : found) {
            switch (matched) {
                case Subscription one ->
                    sessions.computeIfAbsent(one.session(), session -> new ArrayList<>(1))
                            .add(one);
                case SharedSubscription group -> groups.add(group);
                case LocalTarget local -> targets.get(local.loop().index()).add(local);
            }
        }
        int[] stored = new int[loops];
        sessions.forEach((session, subscriptions) -> {
            int loop = session.loop().index();
            targets.get(loop)
                    .add(subscriptions.size() == 1 ? subscriptions.get(0) : new Overlap(session, subscriptions));
            stored[loop] += session.isStored() ? 1 : 0;
        });
        Target[][] byLoop = new Target[loops][];
        for (int i = 0; i < loops; i++) {
            byLoop[i] = targets.get(i).toArray(NONE);
        }
        return new Match(byLoop, stored, List.copyOf(groups));
    }

    /** The sessions, and subscriptions of the program around the broker, of one loop. */
    Target[] targets(int loop) {
        return byLoop[loop];
    }

    /** How many of one loop's are stored sessions. */
    int stored(int loop) {
        return stored[loop];
    }

    /** How many stored sessions there are on all loops; members of shared groups do not count. */
    int stored() {
        return storedTotal;
    }

    /** Whether a queue is full, or those of all the members of a shared subscription. */
    boolean hasFull() {
        for (Target[] targets : byLoop) {
            for (Target target : targets) {
                if (target.isFull()) {
                    return true;
                }
            }
        }
        for (SharedSubscription group : groups) {
            if (group.members().isFull()) {
                return true;
            }
        }
        return false;
    }

    List<SharedSubscription> groups() {
        return groups;
    }

    boolean isEmpty() {
        return empty;
    }
}
