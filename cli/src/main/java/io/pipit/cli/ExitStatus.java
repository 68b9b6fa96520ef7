package io.pipit.cli;

import io.pipit.client.MqttException;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.ReasonCode;

/** The exit statuses of pub and sub: those of mosquitto's clients, and 2 for a wrong command line. */
final class ExitStatus {
    static final int OK = 0;
    /** Anything that has no status of its own. */
    static final int FAILED = 1;

    static final int USAGE = 2;
    /** What -W asked for did not come in time. */
    static final int TIMED_OUT = 27;

    private static final int PROTOCOL = 2;
    private static final int NOT_CONNECTED = 4;
    private static final int CONNECTION_LOST = 7;
    private static final int TLS = 8;
    private static final int KEEP_ALIVE = 19;
    private static final int PAYLOAD_SIZE = 9;

    private ExitStatus() {}

    /** The status of a failure: a reason code of the server where there is one, that of CONNACK as its version has it. */
    static int of(MqttException failure, ProtocolVersion version) {
        ReasonCode reasonCode = failure.reasonCode();
        return switch (failure.failure()) {
            case REFUSED -> reasonCode == null ? FAILED : connectReturnCode(reasonCode, version);
            case REJECTED, DISCONNECTED -> reasonCode == null || !reasonCode.isError() ? FAILED : reasonCode.code();
            case NOT_POSSIBLE -> reasonCode == ReasonCode.PACKET_TOO_LARGE ? PAYLOAD_SIZE : FAILED;
            case HOST_UNKNOWN, UNREACHABLE, LISTENER_FAILED -> FAILED;
            case NOT_CONNECTED, BACKLOG_FULL -> NOT_CONNECTED;
            case UNTRUSTED -> TLS;
            case CONNECTION_LOST -> CONNECTION_LOST;
            case TIMED_OUT -> KEEP_ALIVE;
            case PROTOCOL_ERROR -> PROTOCOL;
        };
    }

    /** What CONNACK says in this version: a return code of 3.x, or a reason code. */
    static int connectReturnCode(ReasonCode reasonCode, ProtocolVersion version) {
        if (version.hasProperties() || !reasonCode.isError()) {
            return reasonCode.code();
        }
        return switch (reasonCode) {
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            case NOT_AUTHORIZED -> 5;
            default -> 3;
        };
    }
}
