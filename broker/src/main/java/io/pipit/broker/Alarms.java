package io.pipit.broker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.broker.spi.BrokerListener;
import io.pipit.broker.spi.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is wrong with the broker at the moment, as far as its operator can do something about it. Any thread; the
 * listeners hear of each change within the call, in the order of the changes.
 */
final class Alarms {
    /**
     * Something that is wrong.
     *
     * @param name a short name without '/', '+' and '#', the same each time: a topic is made of it
     * @param text what happened, for a reader
     * @param sinceMillis when it was raised first, by the wall clock
     */
    record Alarm(String name, String text, long sinceMillis) {}

    private final Clock clock;
    private final List<BrokerListener> listeners;

    @GuardedBy("this")
    private final Map<String, Alarm> raised = new LinkedHashMap<>();

    /** None, of which these hear. */
    Alarms(Clock clock, List<? extends BrokerListener> listeners) {
        this.clock = clock;
        this.listeners = List.copyOf(listeners);
    }

    /** Raises an alarm. One that is raised already keeps its time, and is told of again only with another text. */
    synchronized void raise(String name, String text) {
        Alarm before = raised.get(name);
        if (before == null || !before.text().equals(text)) {
            raised.put(name, new Alarm(name, text, before == null ? clock.wallMillis() : before.sinceMillis()));
            listeners.forEach(listener -> listener.alarm(name, text, true));
        }
    }

    /** Clears an alarm, if it is raised. */
    synchronized void clear(String name) {
        Alarm before = raised.remove(name);
        if (before != null) {
            listeners.forEach(listener -> listener.alarm(name, before.text(), false));
        }
    }

    /** Those that are raised now, the oldest first. */
    synchronized List<Alarm> raised() {
        return List.copyOf(raised.values());
    }
}
