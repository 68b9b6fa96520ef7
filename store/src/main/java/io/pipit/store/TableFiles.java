package io.pipit.store;

/**
 * What the files of a table hold.
 *
 * @param bytes of the files
 * @param rows that were set, those among them that were set again or removed since included
 * @param removals rows that say that another one is gone
 */
record TableFiles(long bytes, long rows, long removals) {
    static final TableFiles NONE = new TableFiles(0, 0, 0);

    TableFiles plus(TableFiles other) {
        return new TableFiles(bytes + other.bytes, rows + other.rows, removals + other.removals);
    }

    /** About how many of the bytes are of removed rows, if so many more removals than are in the files are to come. */
    long removedBytes(long moreRemovals) {
        return rows == 0 ? 0 : Math.round((double) bytes * Math.min(rows, removals + moreRemovals) / rows);
    }
}
