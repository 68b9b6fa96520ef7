package io.pipit.client;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A listener whose messages are taken by a thread of the application's own, when it is ready for them. A full stream
 * makes the client, and in the end the server, wait. With automatic acknowledgement a message is acknowledged when it
 * enters the stream; an application that must not lose one acknowledges by hand.
 */
public final class MessageStream implements MessageListener {
    private sealed interface Item {}

    private record Arrived(ReceivedMessage message) implements Item {}

    private record Ended(MqttException cause) implements Item {}

    private final LinkedBlockingQueue<Item> items;

    /** With room for so many messages, at least 1. */
    public MessageStream(int capacity) {
        this.items = new LinkedBlockingQueue<>(capacity);
    }

    @Override
    public void received(ReceivedMessage message) {
        put(new Arrived(message));
    }

    @Override
    public void ended(MqttException cause) {
        put(new Ended(cause));
    }

    private void put(Item item) {
        try {
            items.put(item);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the stream was full", interrupted);
        }
    }

    /**
     * The next message, waiting for it.
     *
     * @throws MqttException what {@link MessageListener#ended} is told, once after the last message before it
     */
    public ReceivedMessage take() throws MqttException, InterruptedException {
        return message(items.take());
    }

    /**
     * The next message, or null when none has come within the time.
     *
     * @throws MqttException as {@link #take}
     */
    public @Nullable ReceivedMessage poll(Duration timeout) throws MqttException, InterruptedException {
        Item item = items.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        return item == null ? null : message(item);
    }

    private static ReceivedMessage message(Item item) throws MqttException {
        return switch (item) {
            case Arrived arrived -> arrived.message();
            case Ended ended -> throw ended.cause();
        };
    }
}
