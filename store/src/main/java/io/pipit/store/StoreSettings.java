package io.pipit.store;

/**
 * What can be chosen about the store.
 *
 * @param minFreeBytes of the file system, below which work that fills it is refused; 0 for never
 */
public record StoreSettings(Durability durability, long minFreeBytes) {
    /** What Pipit does when nothing else is said. */
    public static final StoreSettings DEFAULT = new StoreSettings(Durability.FSYNC, 512L << 20);
}
