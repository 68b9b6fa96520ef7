package io.pipit.acceptance;

/** A client library under which the scenarios run. */
enum Library {
    /** Pipit's own client. */
    PIPIT,
    PAHO_PYTHON,
    PAHO_JAVA,
    HIVEMQ,
    MQTT_JS;

    /** Whether the library keeps this feature of MQTT 5.0 from its user. */
    boolean lacks(Ability ability) {
        return switch (this) {
            // Debian's version reads the reason code of a DISCONNECT only if a reason string follows, and no aliases.
            case PAHO_PYTHON -> ability == Ability.DISCONNECT_REASON || ability == Ability.INCOMING_TOPIC_ALIAS;
            case PIPIT -> false;
            // Gives messages out with the empty topic that stands before an alias.
            case PAHO_JAVA -> ability == Ability.INCOMING_TOPIC_ALIAS;
            case HIVEMQ -> ability == Ability.SUBSCRIPTION_IDENTIFIERS;
            // User properties are held by name, which loses the order between names.
            case MQTT_JS -> ability == Ability.USER_PROPERTY_ORDER;
        };
    }
}
