package io.pipit.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The damaged files that were kept, looked for now and then by one thread; any thread may ask what was found. */
final class KeptFiles {
    private final Path directory;
    private volatile @Nullable String text;

    KeptFiles(Path directory) {
        this.directory = directory;
    }

    /** Looks. */
    void check() {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + Damage.SUFFIX)) {
            files.forEach(found::add);
        } catch (IOException cannotLook) {
            text = "whether files of the store were damaged is not known, since " + directory + " cannot be read: "
                    + cannotLook + "; let this user read it";
            return;
        }
        found.sort(null);
        text = found.isEmpty()
                ? null
                : "files of the store were damaged: the log of the program says which rows are missing, or that their"
                        + " extent is unknown. Kept are " + found + "; remove or move them to clear this alarm";
    }

    /** What to say of them, or null when there are none. */
    @Nullable
    String text() {
        return text;
    }
}
