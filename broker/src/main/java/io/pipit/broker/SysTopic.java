package io.pipit.broker;

import io.pipit.mqtt.Payload;
import io.pipit.mqtt.TopicName;

/** One topic below {@code $SYS} and what it says now; an empty payload means that the topic is gone. */
record SysTopic(TopicName topic, Payload payload) {}
