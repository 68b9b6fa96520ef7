package io.pipit.broker.spi;

import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;

/** Decides what a client may do. Called on the loop of its connection; answers at once. */
public interface Authorizer {
    /** Whether this client may publish to a topic, its will included. */
    boolean mayPublish(Identity client, TopicName topic);

    /** Whether this client may subscribe to a filter; asked without its Share Name. */
    boolean maySubscribe(Identity client, TopicFilter filter);
}
