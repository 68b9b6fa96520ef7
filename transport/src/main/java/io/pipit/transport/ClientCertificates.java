package io.pipit.transport;

/** Whether a listener asks its clients for certificates. */
public enum ClientCertificates {
    /** It does not. */
    OFF,
    /** It does; who has none may connect nevertheless, who has one that is not trusted may not. */
    OPTIONAL,
    /** Nobody connects without one that is trusted. */
    REQUIRED
}
