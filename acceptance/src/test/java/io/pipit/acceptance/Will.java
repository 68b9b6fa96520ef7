package io.pipit.acceptance;

/** The Will Message of a CONNECT; the delay exists in MQTT 5.0. */
record Will(Message message, long delaySeconds) {}
