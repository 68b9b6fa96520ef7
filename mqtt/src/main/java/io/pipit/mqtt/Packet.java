package io.pipit.mqtt;

/**
 * An MQTT Control Packet. One model serves all versions: what a version lacks (properties, reason codes)
 * is empty or {@link ReasonCode#SUCCESS}, and the codec knows the difference.
 */
public sealed interface Packet
        permits Connect,
                ConnAck,
                Publish,
                PubAck,
                PubRec,
                PubRel,
                PubComp,
                Subscribe,
                SubAck,
                Unsubscribe,
                UnsubAck,
                PingReq,
                PingResp,
                Disconnect,
                Auth {

    /** The type in the fixed header. */
    PacketType type();
}
