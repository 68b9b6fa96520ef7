package io.pipit.broker;

import java.util.HashMap;
import java.util.Map;

/**
 * Moving averages of how fast counters grow, per minute, over the last 1, 5 and 15 minutes: an average forgets by
 * e to the power of -elapsed/span, as the load of a Unix machine does. Not for several threads.
 */
final class LoadAverages {
    /** Over how long an average looks back. */
    enum Span {
        ONE_MINUTE("1min", 60),
        FIVE_MINUTES("5min", 300),
        FIFTEEN_MINUTES("15min", 900);

        private final String text;
        private final double seconds;

        Span(String text, double seconds) {
            this.text = text;
            this.seconds = seconds;
        }

        /** As the last level of a topic. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** What is known of one counter. */
    private static final class Series {
        private long total;
        private final Map<Span, Double> perMinute = new HashMap<>();
    }

    private final Map<String, Series> series = new HashMap<>();
    private double elapsedSeconds;

    /** So much time has passed since the last update, or since the counters were 0: {@link #update} comes next. */
    void elapsed(long millis) {
        elapsedSeconds = millis / 1000.0;
    }

    /**
     * Takes a counter's value now.
     *
     * @param total since the start; it never falls
     */
    void update(String name, long total) {
        Series one = series.computeIfAbsent(name, unknown -> new Series());
        if (elapsedSeconds > 0) {
            double rate = (total - one.total) * 60 / elapsedSeconds;
            for (Span span : Span.values()) {
                double before = one.perMinute.getOrDefault(span, 0.0);
                one.perMinute.put(span, rate + Math.exp(-elapsedSeconds / span.seconds) * (before - rate));
            }
        }
        one.total = total;
    }

    /** The average of a counter; 0 of one that was never updated. */
    double perMinute(String name, Span span) {
        Series one = series.get(name);
        return one == null ? 0 : one.perMinute.getOrDefault(span, 0.0);
    }
}
