package io.pipit.mqtt;

/** The Will Message of a CONNECT (section 3.1.2.5), with its properties in 5.0. */
public record Will(TopicName topic, Payload payload, QoS qos, boolean retain, Properties properties) {}
