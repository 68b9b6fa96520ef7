package io.pipit.tls;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of TLS cannot be used. The message names the file, what is wrong with it, and what to do. */
public final class TlsFileException extends IOException {
    private static final long serialVersionUID = 1;

    private final TlsFile file;
    private final String problem;

    TlsFileException(TlsFile file, Path path, String problem, @Nullable Exception cause) {
        super(path + ": " + problem, cause);
        this.file = file;
        this.problem = problem;
    }

    TlsFileException(TlsFile file, Path path, String problem) {
        this(file, path, problem, null);
    }

    /** Which of them. */
    public TlsFile file() {
        return file;
    }

    /** What is wrong and what to do, without the name of the file. */
    public String problem() {
        return problem;
    }
}
