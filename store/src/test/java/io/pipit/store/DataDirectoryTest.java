package io.pipit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryTest {
    @TempDir
    private Path parent;

    @Test
    void open_makesWhatIsMissing_forItsOwnerAlone() throws IOException {
        Path path = parent.resolve("a/b");
        try (DataDirectory directory = DataDirectory.open(path)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rwx------");
            assertThat(directory.database()).isDirectory();
            assertThat(path.resolve("lock"))
                    .hasContent(String.valueOf(ProcessHandle.current().pid()));
        }
    }

    @Test
    void open_whileAnotherHasIt_namesThatProcess() throws IOException {
        try (DataDirectory first = DataDirectory.open(parent)) {
            assertThatThrownBy(() -> DataDirectory.open(first.path()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid() + " uses it");
        }
        DataDirectory.open(parent).close();
    }

    @Test
    void open_ofANewerFormat_isRefusedWithBothVersions() throws IOException {
        DataDirectory.open(parent).close();
        Files.writeString(parent.resolve("format"), "pipit-store 2\n");
        assertThatThrownBy(() -> DataDirectory.open(parent))
                .hasMessageContaining("pipit-store 2")
                .hasMessageContaining("pipit-store 1");
    }

    @Test
    void open_ofAFile_isRefused() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "");
        assertThatThrownBy(() -> DataDirectory.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }
}
