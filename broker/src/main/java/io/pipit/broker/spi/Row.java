package io.pipit.broker.spi;

import java.util.Arrays;

/** A row that was read; its arrays are the reader's, who promises not to change them. */
public final class Row {
    private final byte[] key;
    private final byte[] value;

    /** Of these very arrays. */
    public Row(byte[] key, byte[] value) {
        this.key = key;
        this.value = value;
    }

    public byte[] key() {
        return key;
    }

    public byte[] value() {
        return value;
    }

    /** The first key behind this row's, with which a scan goes on. */
    public byte[] keyBehind() {
        return Arrays.copyOf(key, key.length + 1);
    }
}
