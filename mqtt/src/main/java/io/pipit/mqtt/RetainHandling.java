package io.pipit.mqtt;

/** Which retained messages a new subscription receives (section 3.8.3.1). */
public enum RetainHandling {
    /** All that match. */
    SEND(0),
    /** All that match, when the subscription is new [MQTT-3.3.1-10]. */
    SEND_IF_NEW(1),
    /** None [MQTT-3.3.1-11]. */
    DO_NOT_SEND(2);

    private static final RetainHandling[] OPTIONS = values();

    private final int option;

    RetainHandling(int option) {
        this.option = option;
    }

    /** What an option on the wire, 0 to 2, means. */
    static RetainHandling of(int option) {
        return OPTIONS[option];
    }

    /** The option on the wire, 0 to 2. */
    int option() {
        return option;
    }
}
