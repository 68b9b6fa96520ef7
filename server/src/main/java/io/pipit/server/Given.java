package io.pipit.server;

/**
 * A key that was given a value somewhere.
 *
 * @param key as in the file, its levels joined by dots: {@code queue.max-messages}
 * @param text the value; items of a list are joined by commas
 * @param origin where, for people: {@code pipit.yaml:12} or {@code --set}
 */
record Given(String key, String text, String origin) {}
