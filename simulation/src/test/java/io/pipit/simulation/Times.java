package io.pipit.simulation;

import java.util.function.BooleanSupplier;

/** True so many times. */
final class Times implements BooleanSupplier {
    private int left;

    Times(int times) {
        this.left = times;
    }

    @Override
    public boolean getAsBoolean() {
        return left-- > 0;
    }
}
