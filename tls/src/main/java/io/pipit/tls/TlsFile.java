package io.pipit.tls;

/** What a file of TLS is for. */
public enum TlsFile {
    /** A certificate, and the intermediate ones behind it. */
    CERTIFICATE,
    /** The private key of the certificate. */
    KEY,
    /** Certificates of those that are trusted to issue others. */
    AUTHORITIES,
    /** Which certificates are no longer valid. */
    REVOCATIONS
}
