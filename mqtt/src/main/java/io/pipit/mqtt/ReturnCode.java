package io.pipit.mqtt;

import org.jspecify.annotations.Nullable;

/** The return codes of CONNACK in 3.x, 0 to 5, and the reason codes that they stand for. */
final class ReturnCode {
    private ReturnCode() {}

    /** The return code that comes nearest to a reason code. */
    static int of(ReasonCode reason) {
        if (!reason.isError()) {
            return 0;
        }
        return switch (reason) {
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            case NOT_AUTHORIZED, BANNED, BAD_AUTHENTICATION_METHOD -> 5;
            default -> 3;
        };
    }

    /** Whether one of them says this reason, not only comes nearest. */
    static boolean says(ReasonCode reason) {
        return switch (reason) {
            case SERVER_UNAVAILABLE,
                    SERVER_BUSY,
                    SERVER_SHUTTING_DOWN,
                    USE_ANOTHER_SERVER,
                    SERVER_MOVED,
                    QUOTA_EXCEEDED,
                    CONNECTION_RATE_EXCEEDED,
                    UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR -> true;
            default -> of(reason) != 3;
        };
    }

    /** What a return code says, or null when 3.x reserves it. */
    static @Nullable ReasonCode reason(int returnCode) {
        return switch (returnCode) {
            case 0 -> ReasonCode.SUCCESS;
            case 1 -> ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
            case 2 -> ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
            case 3 -> ReasonCode.SERVER_UNAVAILABLE;
            case 4 -> ReasonCode.BAD_USER_NAME_OR_PASSWORD;
            case 5 -> ReasonCode.NOT_AUTHORIZED;
            default -> null;
        };
    }
}
