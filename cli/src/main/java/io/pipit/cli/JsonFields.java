package io.pipit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object, read strictly: each is of its type, and none is left over. */
final class JsonFields {
    /** An object that is not what it should be; the message names the field. */
    static final class WrongException extends Exception {
        private static final long serialVersionUID = 1;

        WrongException(String text) {
            super(text, null, false, false);
        }
    }

    private final ObjectNode json;
    private final Set<String> taken = new HashSet<>();

    JsonFields(ObjectNode json) {
        this.json = json;
    }

    boolean has(String name) {
        return json.has(name);
    }

    private JsonNode take(String name, boolean isRight, String what) throws WrongException {
        @Nullable JsonNode node = json.get(name);
        if (node == null) {
            throw new WrongException("the field \"" + name + "\" is missing");
        }
        if (!isRight) {
            throw new WrongException("the field \"" + name + "\" is " + node + ", which is no " + what);
        }
        taken.add(name);
        return node;
    }

    String text(String name) throws WrongException {
        return take(name, json.path(name).isTextual(), "text").textValue();
    }

    boolean flag(String name) throws WrongException {
        return take(name, json.path(name).isBoolean(), "true or false").booleanValue();
    }

    long number(String name) throws WrongException {
        return take(name, json.path(name).canConvertToLong() && json.path(name).isIntegralNumber(), "whole number")
                .longValue();
    }

    int integer(String name) throws WrongException {
        return take(name, json.path(name).canConvertToInt() && json.path(name).isIntegralNumber(), "whole number")
                .intValue();
    }

    /** A number that is written as a text. */
    long longText(String name) throws WrongException {
        String text = text(name);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw new WrongException("the field \"" + name + "\" is \"" + text + "\", which is no number");
        }
    }

    byte[] bytes(String name) throws WrongException {
        JsonNode node = take(name, json.path(name).isTextual(), "base64");
        try {
            return node.binaryValue();
        } catch (IOException notBase64) {
            throw new WrongException("the field \"" + name + "\" is no base64");
        }
    }

    /** One of an enum's constants, also in lower case with hyphens. */
    <E extends Enum<E>> E constant(String name, Class<E> type) throws WrongException {
        String text = text(name);
        try {
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException unknown) {
            throw new WrongException("the field \"" + name + "\" is \"" + text + "\", which is unknown");
        }
    }

    JsonFields object(String name) throws WrongException {
        return take(name, json.path(name).isObject(), "object") instanceof ObjectNode node
                ? new JsonFields(node)
                : new JsonFields(json.objectNode());
    }

    List<Item> items(String name) throws WrongException {
        List<Item> items = new ArrayList<>();
        for (JsonNode node : take(name, json.path(name).isArray(), "array")) {
            items.add(new Item(name, node));
        }
        return items;
    }

    void requireAllTaken() throws WrongException {
        for (var field : json.properties()) {
            if (!taken.contains(field.getKey())) {
                throw new WrongException("the field \"" + field.getKey() + "\" is unknown");
            }
        }
    }

    /** What is in an array. */
    static final class Item {
        private final String name;
        private final JsonNode node;

        private Item(String name, JsonNode node) {
            this.name = name;
            this.node = node;
        }

        int integer() throws WrongException {
            if (!node.canConvertToInt() || !node.isIntegralNumber()) {
                throw new WrongException("in the field \"" + name + "\" is " + node + ", which is no whole number");
            }
            return node.intValue();
        }

        /** The text at a place, where this is an array itself. */
        String text(int index) throws WrongException {
            if (!node.path(index).isTextual()) {
                throw new WrongException("in the field \"" + name + "\" is " + node + ", which is no pair of texts");
            }
            return node.path(index).textValue();
        }
    }
}
