package io.pipit.mqtt;

/** The versions of MQTT that Pipit speaks, with what CONNECT says to choose them. */
public enum ProtocolVersion {
    MQTT_3_1("MQIsdp", 3, "3.1"),
    MQTT_3_1_1("MQTT", 4, "3.1.1"),
    MQTT_5_0("MQTT", 5, "5.0");

    private final String protocolName;
    private final int level;
    private final String text;

    ProtocolVersion(String protocolName, int level, String text) {
        this.protocolName = protocolName;
        this.level = level;
        this.text = text;
    }

    /** The Protocol Name in CONNECT. */
    public String protocolName() {
        return protocolName;
    }

    /** The Protocol Level (3.x) or Protocol Version (5.0) in CONNECT: 3, 4 or 5. */
    public int level() {
        return level;
    }

    /** Whether packets of this version carry properties and reason codes. */
    public boolean hasProperties() {
        return this == MQTT_5_0;
    }

    @Override
    public String toString() {
        return text;
    }
}
