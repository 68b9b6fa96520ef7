package io.pipit.store;

import io.pipit.broker.StorageContract;
import io.pipit.broker.spi.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class RocksStorageTest implements StorageContract {
    @TempDir
    private Path directory;

    @Override
    public Storage open() {
        try {
            Path own = Files.createTempDirectory(directory, "data");
            return RocksStorage.open(own, new StoreSettings(Durability.FSYNC, 0), new SystemTime());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
