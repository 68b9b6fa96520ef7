package io.pipit.simulation;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicFilter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Of a shared subscription that always has a member, each message reaches one; at QoS 2 only one, and once. */
final class SharedOnce implements Rule {
    private final Circumstances circumstances;
    private final Map<Integer, Integer> exact = new HashMap<>();
    private final Set<Integer> delivered = new HashSet<>();

    SharedOnce(Circumstances circumstances) {
        this.circumstances = circumstances;
    }

    @Override
    public void delivered(Delivery delivery) {
        Published message = delivery.message();
        if (!message.isShared()) {
            return;
        }
        delivered.add(message.number());
        if (delivery.packet().qos() != QoS.EXACTLY_ONCE || delivery.repeated() || delivery.isRefusedBefore()) {
            return;
        }
        int times = exact.merge(message.number(), 1, Integer::sum);
        long groups = Topics.groups().stream()
                .filter(filter -> filter.unshared().matches(message.topic()))
                .count();
        if (times > groups) {
            throw new Violation(
                    "shared-once", message + " was delivered " + times + " times at QoS 2 to " + groups + " groups");
        }
    }

    @Override
    public void settled(Ledger ledger) {
        if (circumstances.dropsWhenFull()) {
            return;
        }
        TopicFilter whole = Topics.groups().getFirst();
        List<Wish> members = ledger.currentSessions().stream()
                .flatMap(session -> session.wishes().stream())
                .filter(wish -> wish.request().filter().equals(whole))
                .toList();
        int missing = 0;
        for (Published message : ledger.messages()) {
            boolean owed = message.isShared()
                    && message.isAcknowledged()
                    && message.expirySeconds() == 0
                    && members.stream().anyMatch(member -> member.covers(message));
            if (owed && !delivered.contains(message.number())) {
                missing++;
                if (missing > ledger.drops(DropReason.SHARED_QOS_2_IN_FLIGHT)) {
                    throw new Violation("shared-once", message + " was acknowledged, but no member was given it");
                }
            }
        }
    }
}
