package io.pipit.client;

import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ReasonCode;

/**
 * How a server took a message.
 *
 * @param reasonCode SUCCESS, or NO_MATCHING_SUBSCRIBERS where a server of MQTT 5.0 says so
 * @param properties of PUBACK, or of PUBREC at QoS 2
 */
public record PublishResult(ReasonCode reasonCode, Properties properties) {
    static final PublishResult SENT = new PublishResult(ReasonCode.SUCCESS, Properties.NONE);
}
