package io.pipit.server;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds the key that somebody probably meant. */
final class NearestKey {
    private NearestKey() {}

    /** The known key that needs the fewest changes of a letter, or null when none is near. */
    static @Nullable String to(String unknown, Collection<String> known) {
        String nearest = null;
        int fewest = Math.max(2, unknown.length() / 2) + 1;
        for (String key : known) {
            int changes = distance(unknown, key);
            // The last level alone is what is often remembered.
            String leaf = key.substring(key.lastIndexOf('.') + 1);
            changes = Math.min(changes, distance(unknown.substring(unknown.lastIndexOf('.') + 1), leaf) + 1);
            if (changes < fewest) {
                fewest = changes;
                nearest = key;
            }
        }
        return nearest;
    }

    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
