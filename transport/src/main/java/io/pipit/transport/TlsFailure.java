package io.pipit.transport;

import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** Why a TLS handshake came to nothing. */
enum TlsFailure {
    /** It took longer than it may. */
    TIMEOUT,
    /** As many as are allowed were under way. */
    TOO_MANY,
    /** What came was not TLS. */
    NOT_TLS,
    /** The client speaks no version that is allowed. */
    NO_COMMON_VERSION,
    /** The client knows no cipher suite that is allowed. */
    NO_COMMON_CIPHER,
    /** The client has no certificate, and needs one. */
    NO_CERTIFICATE,
    /** The client's certificate is not trusted: of another authority, not valid now, or revoked. */
    CERTIFICATE_REFUSED,
    /** The client's certificate has no name that can be a user name. */
    NO_USER_NAME,
    /** The client did not like the listener's certificate, or something else, and said so in an alert. */
    REFUSED_BY_CLIENT,
    /** The client went away. */
    CLOSED,
    /** Anything else. */
    OTHER;

    private static final int MOST_WORDS = 300;

    /** As it stands in {@code $SYS}. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * What a failure means. Neither library has types for what is wrong with a handshake, so their words decide; that they
     * still do is what tests of both hold.
     */
    static TlsFailure of(Throwable cause) {
        if (isOrIsCausedBy(cause, NotSslRecordException.class)) {
            return NOT_TLS;
        }
        if (isOrIsCausedBy(cause, CertificateException.class)
                || isOrIsCausedBy(cause, CertPathValidatorException.class)) {
            return CERTIFICATE_REFUSED;
        }
        String text = words(cause).toLowerCase(Locale.ROOT);
        if (text.contains("received fatal alert") || text.contains("_alert_") || isPlainAlert(text)) {
            return REFUSED_BY_CLIENT;
        }
        if (text.contains("empty client certificate chain") || text.contains("peer_did_not_return_a_certificate")) {
            return NO_CERTIFICATE;
        }
        if (text.contains("not accepted by server preferences") || text.contains("unsupported_protocol")) {
            return NO_COMMON_VERSION;
        }
        if (text.contains("cipher suites in common") || text.contains("no_shared_cipher")) {
            return NO_COMMON_CIPHER;
        }
        if (isOrIsCausedBy(cause, TooLongFrameException.class)) {
            return OTHER;
        }
        boolean isClosed = cause instanceof ClosedChannelException || text.contains("closed");
        return isClosed || (cause instanceof IOException && !(cause instanceof SSLException)) ? CLOSED : OTHER;
    }

    /** OpenSSL's clients refuse a certificate of TLS 1.3 by an alert that is not encrypted as it should be. */
    private static boolean isPlainAlert(String text) {
        return text.contains("bad_packet_length") || text.contains("unexpected plaintext alert");
    }

    /** What the library says, without what the client has sent, which may be a password in the clear. */
    static String words(Throwable thrown) {
        if (isOrIsCausedBy(thrown, NotSslRecordException.class)) {
            return "it begins with something else than a handshake";
        }
        StringBuilder words = new StringBuilder();
        for (Throwable cause = thrown; cause != null && words.length() < MOST_WORDS; cause = cause.getCause()) {
            String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            if (words.indexOf(message) < 0) {
                words.append(words.isEmpty() ? "" : ": ").append(message);
            }
        }
        words.setLength(Math.min(words.length(), MOST_WORDS));
        return words.toString();
    }

    private static boolean isOrIsCausedBy(Throwable thrown, Class<? extends Throwable> type) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }
}
