package io.pipit.simulation;

import io.pipit.broker.StorageContract;
import io.pipit.broker.spi.Storage;

final class SimulatedStorageTest implements StorageContract {
    @Override
    public Storage open() {
        return new SimulatedStorage();
    }
}
