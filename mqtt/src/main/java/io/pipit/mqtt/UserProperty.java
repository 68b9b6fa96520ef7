package io.pipit.mqtt;

/** A name and a value that mean something to the applications only; names may repeat. */
public record UserProperty(String name, String value) {}
