package io.pipit.server;

import java.io.IOException;

/** The data directory cannot be used; the message says why and what helps. */
public final class DataDirectoryException extends IOException {
    private static final long serialVersionUID = 1;

    DataDirectoryException(IOException why) {
        super(why.getMessage(), why);
    }
}
