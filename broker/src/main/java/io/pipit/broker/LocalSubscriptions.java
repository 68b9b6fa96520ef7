package io.pipit.broker;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.TopicFilter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** The subscriptions of the program around the broker, spread over its loops. Any thread. */
final class LocalSubscriptions {
    private final Broker broker;
    private final AtomicInteger made = new AtomicInteger();
    private final Set<LocalTarget> open = ConcurrentHashMap.newKeySet();

    LocalSubscriptions(Broker broker) {
        this.broker = broker;
    }

    /** See {@link Broker#subscribe}. */
    LocalSubscription subscribe(
            TopicFilter filter, RetainHandling handling, LocalListener listener, Executor executor) {
        int maximum = broker.settings().mqtt().maximumTopicLevels();
        if (filter.isShared()) {
            throw new IllegalArgumentException(filter + " is shared, which only clients can be");
        }
        if (maximum > 0 && filter.levels() > maximum) {
            throw new IllegalArgumentException(
                    filter + " has more than " + maximum + " levels; mqtt.maximum-topic-levels allows more");
        }
        int number = made.incrementAndGet();
        BrokerLoop loop = broker.loop(Math.floorMod(number, broker.loops().size()));
        LocalTarget target = new LocalTarget(
                loop, filter, new ClientIdentifier("$local-" + number), listener, executor, open::remove);
        open.add(target);
        broker.index().add(filter, target);
        target.begin(handling != RetainHandling.DO_NOT_SEND);
        return target;
    }

    void closeAll() {
        open.forEach(LocalTarget::close);
    }
}
