package io.pipit.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** A library of ours in C that is loaded into programs with {@code LD_PRELOAD}, and changes what their disk does. */
final class Shim {
    private Shim() {}

    /** The library made from a source in {@code src/test/c}, compiled when it is not there or older. */
    static synchronized Path compiled(String name) throws IOException {
        Path folder = ProjectRoot.path().resolve("acceptance/src/test/c");
        Path source = folder.resolve(name + ".c");
        Path library = Files.createDirectories(ProjectRoot.output()).resolve(name + ".so");
        if (isOlder(library, source) || isOlder(library, folder.resolve("shim.h"))) {
            Path part = Files.createTempFile(ProjectRoot.output(), name, ".so");
            List<String> compile = List.of("gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread");
            List<String> files = List.of("-o", part.toString(), source.toString(), "-ldl");
            try (Program gcc = Program.start(
                    Stream.of(compile, files).flatMap(List::stream).toList())) {
                if (gcc.exitCode() != 0) {
                    throw new AssertionError(source + " does not compile: " + gcc.stderr());
                }
            }
            Files.move(part, library, StandardCopyOption.ATOMIC_MOVE);
        }
        return library;
    }

    private static boolean isOlder(Path library, Path source) throws IOException {
        return !Files.exists(library)
                || Files.getLastModifiedTime(library).compareTo(Files.getLastModifiedTime(source)) < 0;
    }
}
