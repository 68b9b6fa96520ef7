package io.pipit.broker;

import io.pipit.mqtt.ReasonCode;

/** What a program around the broker hears of one message that it publishes: on a loop, so it returns at once. */
public interface LocalPublisher {
    /**
     * The message is accepted, or refused: comes once.
     *
     * @param outcome SUCCESS or NO_MATCHING_SUBSCRIBERS when whatever was to be stored of it is durable; 0x80 or above
     *     when it was not accepted
     */
    void completed(ReasonCode outcome);

    /** The room that it took may be used for the next one: comes once, later than that when memory is short. */
    void released();
}
