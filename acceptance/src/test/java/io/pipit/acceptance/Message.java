package io.pipit.acceptance;

/** An application message, as published and as received; the payload is UTF-8 text. */
record Message(String topic, String payload, int qos, boolean retain, MessageProperties properties) {

    static Message of(String topic, String payload) {
        return new Message(topic, payload, 0, false, MessageProperties.NONE);
    }

    Message withQos(int newQos) {
        return new Message(topic, payload, newQos, retain, properties);
    }

    Message retained() {
        return new Message(topic, payload, qos, true, properties);
    }

    Message with(MessageProperties newProperties) {
        return new Message(topic, payload, qos, retain, newProperties);
    }
}
