package io.pipit.acceptance;

/** A feature of MQTT 5.0 that not every library lets its user see. */
enum Ability {
    USER_PROPERTY_ORDER,
    SUBSCRIPTION_IDENTIFIERS,
    DISCONNECT_REASON,
    INCOMING_TOPIC_ALIAS
}
