package io.pipit.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a configuration file into its keys, each with the line where it is. */
final class YamlFile {
    private final String name;
    private final List<Given> given = new ArrayList<>();
    private final List<String> problems;
    private final Map<String, Given> seen = new HashMap<>();

    private YamlFile(String name, List<String> problems) {
        this.name = name;
        this.problems = problems;
    }

    /** Reads a file, adding to the problems what is wrong with its form. */
    static List<Given> read(Path path, List<String> problems) {
        try {
            return parse(Files.readString(path), path.toString(), problems);
        } catch (NoSuchFileException missing) {
            problems.add("there is no configuration file " + path);
            return List.of();
        } catch (IOException unreadable) {
            problems.add("cannot read the configuration file " + path + ": " + unreadable);
            return List.of();
        }
    }

    /** Reads a text as a file of that name. */
    static List<Given> parse(String text, String name, List<String> problems) {
        YamlFile file = new YamlFile(name, problems);
        try (YAMLParser parser = new YAMLFactory().createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                file.object(parser, "");
            } else if (first != null
                    && first != JsonToken.VALUE_NULL
                    && !parser.getText().isEmpty()) {
                problems.add(name + ":" + line(parser) + ": keys with values are expected");
            }
        } catch (JsonProcessingException malformed) {
            int line = malformed.getLocation() == null
                    ? 1
                    : malformed.getLocation().getLineNr();
            problems.add(name + ":" + line + ": not YAML: "
                    + malformed.getOriginalMessage().lines().findFirst().orElse(""));
        } catch (IOException impossible) {
            throw new IllegalStateException("a text cannot be read", impossible);
        }
        return file.given;
    }

    private void object(YAMLParser parser, String prefix) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = prefix + parser.currentName();
            int line = line(parser);
            JsonToken value = parser.nextToken();
            if (value == JsonToken.START_OBJECT) {
                object(parser, key + ".");
            } else {
                add(key, value == JsonToken.START_ARRAY ? list(parser, key) : scalar(parser, key), line);
            }
        }
    }

    private @Nullable String list(YAMLParser parser, String key) throws IOException {
        List<String> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken().isStructStart()) {
                problems.add(name + ":" + line(parser) + ": " + key + " is a list of plain values");
                parser.skipChildren();
            } else {
                items.add(parser.getText());
            }
        }
        return String.join(",", items);
    }

    private @Nullable String scalar(YAMLParser parser, String key) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            problems.add(name + ":" + line(parser) + ": " + key + " has no value");
            return null;
        }
        return parser.getText();
    }

    private void add(String key, @Nullable String text, int line) {
        if (text == null) {
            return;
        }
        Given found = new Given(key, text, name + ":" + line);
        Given before = seen.put(key, found);
        if (before == null) {
            given.add(found);
        } else {
            problems.add(found.origin() + ": " + key + " is already given at " + before.origin());
        }
    }

    private static int line(YAMLParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }
}
