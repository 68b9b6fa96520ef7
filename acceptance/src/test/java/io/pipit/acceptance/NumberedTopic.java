package io.pipit.acceptance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.client.Message;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;

/**
 * A topic whose one publisher numbers its messages from 1, without gaps. Of a retained topic every fifth one clears the
 * retained message.
 */
final class NumberedTopic {
    private static final int CLEARS = 5;

    private final TopicName name;
    private final QoS qos;
    private final boolean retained;

    @GuardedBy("this")
    private long begun;

    @GuardedBy("this")
    private long acknowledged;

    NumberedTopic(String name, QoS qos, boolean retained) {
        this.name = TopicName.of(name);
        this.qos = qos;
        this.retained = retained;
    }

    TopicName name() {
        return name;
    }

    /** The number of the message that was made last; 0 before the first one. */
    synchronized long begun() {
        return begun;
    }

    /** The highest number that was acknowledged; 0 before the first one. */
    synchronized long acknowledged() {
        return acknowledged;
    }

    /** Takes the next number. */
    synchronized long begin() {
        return ++begun;
    }

    synchronized void acknowledge(long number) {
        acknowledged = Math.max(acknowledged, number);
    }

    private boolean clears(long number) {
        return retained && number % CLEARS == 0;
    }

    /** Whether there may be no retained message when this number is the last acknowledged one. */
    boolean mayBeEmptySince(long number) {
        long last = begun();
        for (long each = number; each <= last; each++) {
            if (each == 0 || clears(each)) {
                return true;
            }
        }
        return false;
    }

    Message message(long number) {
        return new Message(name, payload(number), qos, retained, Properties.NONE);
    }

    /** Of many lengths, so that blocks and pages end within. */
    private Payload payload(long number) {
        return Payload.of(clears(number) ? "" : number + ":" + "x".repeat((int) (number * 7919 % 1500)));
    }

    /** The number of a message that came; -1 of one that was not published so. */
    long number(Payload came) {
        String text = came.toText();
        int end = text.indexOf(':');
        if (end < 1 || !text.substring(0, end).chars().allMatch(Character::isDigit)) {
            return -1;
        }
        long number = Long.parseLong(text.substring(0, end));
        return number <= begun() && payload(number).equals(came) ? number : -1;
    }
}
