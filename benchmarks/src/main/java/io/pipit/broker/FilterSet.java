package io.pipit.broker;

import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;

/** Topic Filters as many as one likes, by number, and for each a Topic Name that it alone matches. */
public enum FilterSet {
    /** {@code dev/<id>/cmd/+}. */
    DEVICES,

    /** Of ten, four as above, three {@code dev/<id>/state}, two {@code site/<id / 1000>/dev/<id>/#}, one {@code +/<id>/alarm}. */
    MIXED;

    TopicFilter filter(int id) {
        return TopicFilter.of(
                switch (kind(id)) {
                    case 0, 1, 2, 3 -> "dev/" + id + "/cmd/+";
                    case 4, 5, 6 -> "dev/" + id + "/state";
                    case 7, 8 -> "site/" + id / 1000 + "/dev/" + id + "/#";
                    default -> "+/" + id + "/alarm";
                });
    }

    TopicName topic(int id) {
        return TopicName.of(
                switch (kind(id)) {
                    case 0, 1, 2, 3 -> "dev/" + id + "/cmd/reset";
                    case 4, 5, 6 -> "dev/" + id + "/state";
                    case 7, 8 -> "site/" + id / 1000 + "/dev/" + id + "/temperature";
                    default -> "dev/" + id + "/alarm";
                });
    }

    private int kind(int id) {
        return this == DEVICES ? 0 : id % 10;
    }
}
