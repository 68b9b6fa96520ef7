package io.pipit.mqtt;

/** One Topic Filter of a SUBSCRIBE with its options. */
public record SubscriptionRequest(TopicFilter filter, SubscriptionOptions options) {}
