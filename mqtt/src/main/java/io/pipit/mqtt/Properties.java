package io.pipit.mqtt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The properties of one packet or Will Message, in the order of the wire; immutable. Most packets have none:
 * those share {@link #NONE}.
 */
public final class Properties {
    /** No properties. */
    public static final Properties NONE = new Properties(new Property<?>[0], new Object[0]);

    private final Property<?>[] keys;
    private final Object[] values;

    private Properties(Property<?>[] keys, Object[] values) {
        this.keys = keys;
        this.values = values;
    }

    /** Exactly one property. */
    public static <T> Properties of(Property<T> property, T value) {
        return new Properties(new Property<?>[] {property}, new Object[] {value});
    }

    /** An empty builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.keys.addAll(Arrays.asList(keys));
        builder.values.addAll(Arrays.asList(values));
        return builder;
    }

    public boolean isEmpty() {
        return keys.length == 0;
    }

    /** How many there are, repetitions counted. */
    int size() {
        return keys.length;
    }

    Property<?> key(int index) {
        return keys[index];
    }

    Object value(int index) {
        return values[index];
    }

    /** The value of a property, its first where it repeats, or null where it is absent. */
    @SuppressWarnings("unchecked") // the builder takes only values of the property's type
    public <T> @Nullable T get(Property<T> property) {
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] == property) {
                return (T) values[i];
            }
        }
        return null;
    }

    /** The value of a property, or what the specification says to assume where it is absent. */
    public <T> T get(Property<T> property, T absent) {
        T value = get(property);
        return value == null ? absent : value;
    }

    public boolean has(Property<?> property) {
        for (Property<?> key : keys) {
            if (key == property) {
                return true;
            }
        }
        return false;
    }

    /** Every value of a property that may repeat, in order. */
    @SuppressWarnings("unchecked") // as in get
    public <T> List<T> all(Property<T> property) {
        List<T> all = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] == property) {
                all.add((T) values[i]);
            }
        }
        return all;
    }

    /** Those whose property passes; this object itself when all do. */
    public Properties only(Predicate<Property<?>> wanted) {
        Builder builder = new Builder();
        for (int i = 0; i < keys.length; i++) {
            if (wanted.test(keys[i])) {
                builder.keys.add(keys[i]);
                builder.values.add(values[i]);
            }
        }
        return builder.keys.size() == keys.length ? this : builder.build();
    }

    /** These and one more, at the end. */
    public <T> Properties with(Property<T> property, T value) {
        return toBuilder().add(property, value).build();
    }

    /** These with every value turned to one that outlives the read buffer: see {@link Payload#keep()}. */
    public Properties keep() {
        for (Object value : values) {
            if (value instanceof Payload payload) {
                payload.keep();
            }
        }
        return this;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Properties that && Arrays.equals(keys, that.keys) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keys) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < keys.length; i++) {
            text.append(i == 0 ? "" : ", ").append(keys[i]).append('=');
            text.append(keys[i] == Property.AUTHENTICATION_DATA ? "..." : values[i]);
        }
        return text.append('}').toString();
    }

    /** Collects properties; not for several threads. */
    public static final class Builder {
        private final List<Property<?>> keys = new ArrayList<>(4);
        private final List<Object> values = new ArrayList<>(4);

        private Builder() {}

        /** Adds a value behind those that are there; whether it may repeat is the packet's rule, not checked here. */
        public <T> Builder add(Property<T> property, T value) {
            keys.add(property);
            values.add(value);
            return this;
        }

        boolean has(Property<?> property) {
            return keys.contains(property);
        }

        /** Adds what the decoder read in the property's own format. */
        void addDecoded(Property<?> property, Object value) {
            keys.add(property);
            values.add(value);
        }

        /** The properties so far. */
        public Properties build() {
            return keys.isEmpty() ? NONE : new Properties(keys.toArray(new Property<?>[0]), values.toArray());
        }
    }
}
