package io.pipit.mqtt;

/** Which retained messages a new subscription receives (section 3.8.3.1). */
public enum RetainHandling {
    /** All that match. */
    SEND,
    /** All that match, when the subscription is new [MQTT-3.3.1-10]. */
    SEND_IF_NEW,
    /** None [MQTT-3.3.1-11]. */
    DO_NOT_SEND
}
