package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Opaque bytes: an application message, or binary data of a property.
 *
 * <p>A decoder makes it <em>borrowed</em>: it looks into the read buffer and is valid only within the turn of
 * the event loop that read it, on that loop. Whoever keeps it longer or hands it to another thread calls
 * {@link #keep()} first, which copies the bytes once, whatever the number of keepers. Kept, it is immutable and
 * may be read by any thread.
 */
public final class Payload {
    /** No bytes. */
    public static final Payload EMPTY = new Payload(new byte[0]);

    private byte @Nullable [] bytes;
    private @Nullable ByteBuf source;
    private final int index;
    private final int size;

    private Payload(byte[] bytes) {
        this.bytes = bytes;
        this.index = 0;
        this.size = bytes.length;
    }

    private Payload(ByteBuf source, int index, int size) {
        this.source = source;
        this.index = index;
        this.size = size;
    }

    /** A copy of these bytes. */
    public static Payload of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Payload(bytes.clone());
    }

    /** The UTF-8 bytes of a text. */
    public static Payload of(String text) {
        return owning(text.getBytes(StandardCharsets.UTF_8));
    }

    /** These very bytes, which nobody changes from now on. */
    public static Payload owning(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Payload(bytes);
    }

    /** Borrowed from a read buffer. */
    static Payload borrowed(ByteBuf source, int index, int size) {
        return size == 0 ? EMPTY : new Payload(source, index, size);
    }

    /** Bytes, 0 to 268,435,455. */
    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** Makes this independent of the read buffer, by one copy at the first call; returns this. */
    public Payload keep() {
        if (bytes == null) {
            bytes = read();
            source = null;
        }
        return this;
    }

    /** Appends the bytes to a buffer. */
    public void writeTo(ByteBuf out) {
        if (bytes != null) {
            out.writeBytes(bytes);
        } else {
            out.writeBytes(source(), index, size);
        }
    }

    /** Copies the bytes into an array from {@code offset}. */
    public void copyTo(byte[] target, int offset) {
        if (bytes != null) {
            System.arraycopy(bytes, 0, target, offset, size);
        } else {
            source().getBytes(index, target, offset, size);
        }
    }

    /** A copy of the bytes. */
    public byte[] toByteArray() {
        return bytes != null ? bytes.clone() : read();
    }

    /** The bytes read as UTF-8, malformed ones replaced. */
    public String toText() {
        return new String(bytes != null ? bytes : read(), StandardCharsets.UTF_8);
    }

    private byte[] read() {
        byte[] copy = new byte[size];
        source().getBytes(index, copy);
        return copy;
    }

    private ByteBuf source() {
        ByteBuf buffer = source;
        if (buffer == null) {
            throw new IllegalStateException("neither kept nor borrowed");
        }
        return buffer;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Payload that
                && size == that.size
                && Arrays.equals(bytes != null ? bytes : read(), that.bytes != null ? that.bytes : that.read());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes != null ? bytes : read());
    }

    /** The size only: payloads may be secrets, and long. */
    @Override
    public String toString() {
        return size + " bytes";
    }
}
