package io.pipit.acceptance;

import io.pipit.acceptance.Verdict.Fault;
import io.pipit.client.MqttClient;
import io.pipit.client.MqttException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Publishes to topics of its own, with several messages under way, whether the broker is there or not: its client keeps
 * its identifier and its session, and sends again what was not acknowledged.
 */
final class NumberingPublisher {
    private static final int WINDOW = 16;
    private static final int PATIENCE_SECONDS = 20;

    private final String name;
    private final List<NumberedTopic> topics;
    private final MqttClient client;
    private final AcknowledgedLog log;
    private final Verdict verdict;
    private final Semaphore window = new Semaphore(WINDOW);

    NumberingPublisher(
            String name, List<NumberedTopic> topics, MqttClient client, AcknowledgedLog log, Verdict verdict) {
        this.name = name;
        this.topics = topics;
        this.client = client;
        this.log = log;
        this.verdict = verdict;
    }

    MqttClient client() {
        return client;
    }

    /**
     * Publishes until the log is closed: the more often, the earlier a topic stands in the list. To the last ones it comes
     * so seldom that after a start nothing hides what they have lost.
     */
    void run(Random random) throws MqttException, InterruptedException {
        while (!log.isClosing()) {
            int most = 1 + random.nextInt(topics.size());
            publish(topics.get(random.nextInt(most)));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the window and the verdict have it
    private void publish(NumberedTopic topic) throws MqttException, InterruptedException {
        window.acquire();
        long number = topic.begin();
        client.publishAsync(topic.message(number)).whenComplete((result, failure) -> {
            if (failure == null) {
                topic.acknowledge(number);
                log.acknowledged(topic, number);
            } else {
                verdict.add(Fault.STUCK, name + " cannot publish " + topic.name() + " " + number + ": " + failure);
            }
            window.release();
        });
    }

    /** One more message to each topic; then waits until everything is acknowledged. */
    void publishLast() throws MqttException, InterruptedException {
        for (NumberedTopic topic : topics) {
            publish(topic);
        }
        if (window.tryAcquire(WINDOW, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            window.release(WINDOW);
        } else {
            verdict.add(Fault.STUCK, name + " waits for " + (WINDOW - window.availablePermits()) + " acknowledgements");
        }
    }
}
