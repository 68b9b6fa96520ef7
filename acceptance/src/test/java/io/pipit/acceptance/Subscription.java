package io.pipit.acceptance;

/** One filter of a SUBSCRIBE with its options; those but {@code qos} exist in MQTT 5.0, as does the identifier (0: none). */
record Subscription(
        String filter, int qos, boolean noLocal, boolean retainAsPublished, int retainHandling, int identifier) {

    static Subscription to(String filter, int qos) {
        return new Subscription(filter, qos, false, false, 0, 0);
    }

    Subscription withNoLocal() {
        return new Subscription(filter, qos, true, retainAsPublished, retainHandling, identifier);
    }

    Subscription withRetainAsPublished() {
        return new Subscription(filter, qos, noLocal, true, retainHandling, identifier);
    }

    Subscription withRetainHandling(int handling) {
        return new Subscription(filter, qos, noLocal, retainAsPublished, handling, identifier);
    }

    Subscription withIdentifier(int newIdentifier) {
        return new Subscription(filter, qos, noLocal, retainAsPublished, retainHandling, newIdentifier);
    }
}
