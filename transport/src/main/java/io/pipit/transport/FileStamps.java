package io.pipit.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** How files look without reading them: a change of their content shows, also where a link points elsewhere now. */
record FileStamps(List<String> stamps) {
    FileStamps {
        stamps = List.copyOf(stamps);
    }

    /** Of these files now. */
    static FileStamps of(List<Path> files) {
        List<String> stamps = new ArrayList<>();
        for (Path file : files) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                stamps.add(file.toRealPath() + " " + attributes.fileKey() + " " + attributes.size() + " "
                        + attributes.lastModifiedTime());
            } catch (IOException unreadable) {
                stamps.add(file + " " + unreadable.getClass().getSimpleName());
            }
        }
        return new FileStamps(stamps);
    }
}
