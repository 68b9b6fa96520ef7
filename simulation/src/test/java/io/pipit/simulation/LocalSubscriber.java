package io.pipit.simulation;

import io.pipit.broker.LocalListener;
import io.pipit.broker.LocalMessage;
import io.pipit.broker.LocalSubscription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** A subscription of the program around a simulated broker, whose listener runs when the test says so. */
public final class LocalSubscriber implements LocalListener, Executor {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<LocalMessage> heard = new ArrayList<>();
    private final Dialogue dialogue;
    private final LocalSubscription subscription;
    private LocalListener then = message -> {};

    LocalSubscriber(Dialogue dialogue, Subscribing subscribing) {
        this.dialogue = dialogue;
        this.subscription = subscribing.subscribe(this, this);
    }

    /** How the broker is asked. */
    interface Subscribing {
        LocalSubscription subscribe(LocalListener listener, Executor executor);
    }

    public LocalSubscription subscription() {
        return subscription;
    }

    /** What the listener does from now on, beside remembering. */
    public LocalSubscriber does(LocalListener action) {
        then = action;
        return this;
    }

    /** Lets the listener take all that waits, and returns it as {@code topic=payload}, with {@code !} when retained. */
    public List<String> hears() {
        dialogue.runUntilIdle();
        while (!tasks.isEmpty()) {
            tasks.remove().run();
            dialogue.runUntilIdle();
        }
        List<String> all = heard.stream()
                .map(message -> message.topic()
                        + (message.retain() ? "!=" : "=")
                        + message.payload().toText())
                .toList();
        heard.clear();
        return all;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void received(LocalMessage message) throws Exception {
        heard.add(message);
        then.received(message);
    }
}
