package io.pipit.acceptance;

import java.nio.file.Files;
import java.nio.file.Path;

/** The project's own directory: the first one upward from the working directory that has this module in it. */
final class ProjectRoot {
    private static final String MODULE = "acceptance";

    private ProjectRoot() {}

    static Path path() {
        Path here = Path.of("").toAbsolutePath();
        for (Path candidate = here; candidate != null; candidate = candidate.getParent()) {
            if (Files.isDirectory(candidate.resolve(MODULE)) && Files.isRegularFile(candidate.resolve("pom.xml"))) {
                return candidate;
            }
        }
        throw new IllegalStateException("no directory above " + here + " is the project");
    }

    static Path pipit() {
        return path().resolve("pipit");
    }

    /** The directory in which this module's tests leave what they make. */
    static Path output() {
        return path().resolve(MODULE).resolve("target");
    }
}
