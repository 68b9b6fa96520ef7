package io.pipit.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The scripts of {@link ScriptHost}, and the packages that they need. */
final class Scripts {
    /** The packages come from a registry. */
    private static final long INSTALL_SECONDS = 300;

    private Scripts() {}

    static Path python() {
        return source("resources").resolve("io/pipit/acceptance/paho_host.py");
    }

    /** The script for node, in a directory where its packages are installed: by one test at a time. */
    static synchronized Path javaScript() {
        Path source = source("js");
        Path directory = ProjectRoot.output().resolve("js");
        Path lock = directory.resolve("package-lock.json");
        try {
            Files.createDirectories(directory);
            boolean installed = Files.exists(directory.resolve("node_modules/.package-lock.json"))
                    && Files.exists(lock)
                    && Files.mismatch(lock, source.resolve("package-lock.json")) < 0;
            for (String file : List.of("package.json", "package-lock.json", "host.js")) {
                Files.copy(source.resolve(file), directory.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
            if (!installed) {
                install(directory);
            }
            return directory.resolve("host.js");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void install(Path directory) {
        try (Program npm = Program.start(List.of(
                "npm", "--prefix", directory.toString(), "ci", "--no-audit", "--no-fund", "--ignore-scripts"))) {
            int code = npm.exitCode(INSTALL_SECONDS);
            if (code != 0) {
                throw new IllegalStateException("npm ci ended with " + code + ": " + npm.stderr());
            }
        }
    }

    private static Path source(String kind) {
        return ProjectRoot.path().resolve("acceptance/src/test").resolve(kind);
    }
}
