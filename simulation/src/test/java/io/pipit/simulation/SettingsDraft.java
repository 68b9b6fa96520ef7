package io.pipit.simulation;

import io.pipit.broker.QueuePolicy;
import io.pipit.broker.Settings;
import io.pipit.mqtt.QoS;
import java.time.Duration;

/** Settings in the making: the defaults, without publications below $SYS, but for what a dialogue is about. */
public final class SettingsDraft {
    /** {@code -Ddialogue.retained-cache=1}: the same dialogues, in which every retained message is read from storage. */
    private static final long RETAINED_CACHE = Long.getLong("dialogue.retained-cache", 0);

    private Settings.Mqtt mqtt = Settings.DEFAULT.mqtt();
    private Settings.Session session = Settings.DEFAULT.session();
    private Settings.Queue queue = Settings.DEFAULT.queue();
    private Settings.Retained retained = new Settings.Retained(Duration.ZERO, RETAINED_CACHE);
    private Settings.Sys sys =
            new Settings.Sys(Duration.ZERO, Settings.DEFAULT.sys().node());
    private Settings.Limits limits = Settings.DEFAULT.limits();
    private Settings.Disk disk = Settings.DEFAULT.disk();

    private SettingsDraft() {}

    public static SettingsDraft settings() {
        return new SettingsDraft();
    }

    /** The settings. */
    public Settings build() {
        return new Settings(mqtt, session, queue, retained, sys, limits, disk);
    }

    public SettingsDraft maximumPacketSize(int bytes) {
        return mqtt(bytes, mqtt.receiveMaximum(), mqtt.topicAliasMaximum(), mqtt.maximumQos());
    }

    public SettingsDraft receiveMaximum(int messages) {
        return mqtt(mqtt.maximumPacketSize(), messages, mqtt.topicAliasMaximum(), mqtt.maximumQos());
    }

    public SettingsDraft topicAliasMaximum(int aliases) {
        return mqtt(mqtt.maximumPacketSize(), mqtt.receiveMaximum(), aliases, mqtt.maximumQos());
    }

    public SettingsDraft maximumQos(int level) {
        return mqtt(mqtt.maximumPacketSize(), mqtt.receiveMaximum(), mqtt.topicAliasMaximum(), QoS.of(level));
    }

    private SettingsDraft mqtt(int maximumPacketSize, int receiveMaximum, int topicAliasMaximum, QoS maximumQos) {
        mqtt = new Settings.Mqtt(
                maximumPacketSize,
                receiveMaximum,
                topicAliasMaximum,
                mqtt.outgoingTopicAliasMaximum(),
                maximumQos,
                mqtt.retainAvailable(),
                mqtt.wildcardSubscriptionAvailable(),
                mqtt.sharedSubscriptionAvailable(),
                mqtt.subscriptionIdentifierAvailable(),
                mqtt.keepAliveFactor(),
                mqtt.maximumKeepAliveSeconds(),
                mqtt.connectTimeout(),
                mqtt.maximumTopicLevels(),
                mqtt.responseInformation());
        return this;
    }

    public SettingsDraft withoutRetain() {
        return available(
                false,
                mqtt.wildcardSubscriptionAvailable(),
                mqtt.sharedSubscriptionAvailable(),
                mqtt.subscriptionIdentifierAvailable());
    }

    public SettingsDraft withoutWildcards() {
        return available(
                mqtt.retainAvailable(),
                false,
                mqtt.sharedSubscriptionAvailable(),
                mqtt.subscriptionIdentifierAvailable());
    }

    public SettingsDraft withoutSharedSubscriptions() {
        return available(
                mqtt.retainAvailable(),
                mqtt.wildcardSubscriptionAvailable(),
                false,
                mqtt.subscriptionIdentifierAvailable());
    }

    public SettingsDraft withoutSubscriptionIdentifiers() {
        return available(
                mqtt.retainAvailable(),
                mqtt.wildcardSubscriptionAvailable(),
                mqtt.sharedSubscriptionAvailable(),
                false);
    }

    private SettingsDraft available(boolean retain, boolean wildcard, boolean shared, boolean identifier) {
        mqtt = new Settings.Mqtt(
                mqtt.maximumPacketSize(),
                mqtt.receiveMaximum(),
                mqtt.topicAliasMaximum(),
                mqtt.outgoingTopicAliasMaximum(),
                mqtt.maximumQos(),
                retain,
                wildcard,
                shared,
                identifier,
                mqtt.keepAliveFactor(),
                mqtt.maximumKeepAliveSeconds(),
                mqtt.connectTimeout(),
                mqtt.maximumTopicLevels(),
                mqtt.responseInformation());
        return this;
    }

    public SettingsDraft keepAliveFactor(double factor) {
        return time(factor, mqtt.maximumKeepAliveSeconds(), mqtt.connectTimeout());
    }

    public SettingsDraft maximumKeepAlive(int seconds) {
        return time(mqtt.keepAliveFactor(), seconds, mqtt.connectTimeout());
    }

    public SettingsDraft connectTimeout(Duration timeout) {
        return time(mqtt.keepAliveFactor(), mqtt.maximumKeepAliveSeconds(), timeout);
    }

    public SettingsDraft maximumTopicLevels(int levels) {
        return text(levels, mqtt.responseInformation());
    }

    public SettingsDraft responseInformation(String prefix) {
        return text(mqtt.maximumTopicLevels(), prefix);
    }

    private SettingsDraft rest(
            double keepAliveFactor,
            int maximumKeepAliveSeconds,
            Duration connectTimeout,
            int maximumTopicLevels,
            String responseInformation) {
        mqtt = new Settings.Mqtt(
                mqtt.maximumPacketSize(),
                mqtt.receiveMaximum(),
                mqtt.topicAliasMaximum(),
                mqtt.outgoingTopicAliasMaximum(),
                mqtt.maximumQos(),
                mqtt.retainAvailable(),
                mqtt.wildcardSubscriptionAvailable(),
                mqtt.sharedSubscriptionAvailable(),
                mqtt.subscriptionIdentifierAvailable(),
                keepAliveFactor,
                maximumKeepAliveSeconds,
                connectTimeout,
                maximumTopicLevels,
                responseInformation);
        return this;
    }

    private SettingsDraft text(int maximumTopicLevels, String responseInformation) {
        return rest(
                mqtt.keepAliveFactor(),
                mqtt.maximumKeepAliveSeconds(),
                mqtt.connectTimeout(),
                maximumTopicLevels,
                responseInformation);
    }

    private SettingsDraft time(double keepAliveFactor, int maximumKeepAliveSeconds, Duration connectTimeout) {
        return rest(
                keepAliveFactor,
                maximumKeepAliveSeconds,
                connectTimeout,
                mqtt.maximumTopicLevels(),
                mqtt.responseInformation());
    }

    public SettingsDraft sessionExpiry(Duration defaultExpiry, Duration maximumExpiry) {
        session = new Settings.Session(defaultExpiry, maximumExpiry);
        return this;
    }

    public SettingsDraft queue(long maxMessages, QueuePolicy policy) {
        queue = new Settings.Queue(maxMessages, queue.maxBytes(), policy, queue.qos0());
        return this;
    }

    public SettingsDraft queueBytes(long maxBytes, QueuePolicy policy) {
        queue = new Settings.Queue(queue.maxMessages(), maxBytes, policy, queue.qos0());
        return this;
    }

    public SettingsDraft queueQos0() {
        queue = new Settings.Queue(queue.maxMessages(), queue.maxBytes(), queue.policy(), true);
        return this;
    }

    public SettingsDraft retainedExpiry(Duration expiry) {
        retained = new Settings.Retained(expiry, retained.cacheBytes());
        return this;
    }

    public SettingsDraft retainedCache(long bytes) {
        retained = new Settings.Retained(retained.expiry(), bytes);
        return this;
    }

    public SettingsDraft refuseAfter(Duration delay) {
        disk = new Settings.Disk(delay);
        return this;
    }

    public SettingsDraft sys(Duration interval, String node) {
        sys = new Settings.Sys(interval, node);
        return this;
    }

    public SettingsDraft connections(int maximum) {
        return limits(maximum, limits.subscriptionsPerSession(), limits.outgoingBytes(), limits.memory());
    }

    public SettingsDraft subscriptionsPerSession(int maximum) {
        return limits(limits.connections(), maximum, limits.outgoingBytes(), limits.memory());
    }

    public SettingsDraft outgoingBytes(int maximum) {
        return limits(limits.connections(), limits.subscriptionsPerSession(), maximum, limits.memory());
    }

    public SettingsDraft memory(long bytes) {
        return limits(limits.connections(), limits.subscriptionsPerSession(), limits.outgoingBytes(), bytes);
    }

    public SettingsDraft uncommittedBytes(long bytes) {
        limits = new Settings.Limits(
                limits.connections(), limits.subscriptionsPerSession(), limits.outgoingBytes(), limits.memory(), bytes);
        return this;
    }

    private SettingsDraft limits(int connections, int subscriptionsPerSession, int outgoingBytes, long memory) {
        limits = new Settings.Limits(
                connections, subscriptionsPerSession, outgoingBytes, memory, limits.uncommittedBytes());
        return this;
    }
}
