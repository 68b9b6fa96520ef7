package io.pipit.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What a program did with a file: one record of the journal that {@code power-cut.c} writes.
 *
 * @param kind which operation, by its letter there
 * @param name below the root, with {@code /} between its parts; empty where there is none
 * @param other the second name of a rename or link
 * @param offset of a write in bytes; the new length; or the token that ties the begin of a synchronisation to its end
 * @param data of a write
 */
record DiskOperation(char kind, String name, String other, long inode, long offset, ByteBuffer data) {
    /** Without names and data. */
    private static final int HEAD_BYTES = 40;

    /** Takes the next record off the buffer; null, with the buffer where it was, when there is no whole one. */
    static @Nullable DiskOperation read(ByteBuffer journal) {
        ByteBuffer record = journal.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (record.remaining() < HEAD_BYTES) {
            return null;
        }
        char kind = (char) record.getInt();
        int nameLength = record.getInt();
        int otherLength = record.getInt();
        long inode = record.getLong(16);
        long offset = record.getLong(24);
        int dataLength = Math.toIntExact(record.getLong(32));
        record.position(HEAD_BYTES);
        if (record.remaining() < nameLength + otherLength + dataLength) {
            return null;
        }
        String name = text(record, nameLength);
        String other = text(record, otherLength);
        ByteBuffer data = record.slice(record.position(), dataLength);
        journal.position(journal.position() + record.position() + dataLength);
        return new DiskOperation(kind, name, other, inode, offset, data);
    }

    private static String text(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, UTF_8);
    }
}
