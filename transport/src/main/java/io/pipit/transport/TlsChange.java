package io.pipit.transport;

/** What has become of the files of a listener since they were looked at last. */
public sealed interface TlsChange {
    /** Nothing, or they are just being changed. */
    record None() implements TlsChange {}

    /** They have changed, and new handshakes use what they say now. */
    record Taken() implements TlsChange {}

    /**
     * They have changed, and cannot be used: handshakes go on with what they said before.
     *
     * @param why names the file and what is wrong with it
     */
    record Refused(String why) implements TlsChange {}
}
