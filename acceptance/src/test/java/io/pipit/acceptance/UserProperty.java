package io.pipit.acceptance;

/** A name with a value; one message may hold the same name several times, and their order counts. */
record UserProperty(String name, String value) {}
