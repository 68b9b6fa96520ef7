package io.pipit.tls;

/** The versions of TLS that Pipit speaks, the oldest first. */
public enum TlsVersion {
    /** RFC 5246. */
    TLS_1_2("1.2"),
    /** RFC 8446. */
    TLS_1_3("1.3");

    private final String number;

    TlsVersion(String number) {
        this.number = number;
    }

    /** As the libraries name it: {@code TLSv1.3}. */
    public String protocol() {
        return "TLSv" + number;
    }

    /** As people do: {@code 1.3}. */
    @Override
    public String toString() {
        return number;
    }
}
