package io.pipit.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The broker and its simulator once more, in a class loader of their own, where some classes of the broker are
 * compiled from sources that were changed.
 */
final class MutatedBroker {
    private static final Path SOURCES = Path.of("..", "broker", "src", "main", "java", "io", "pipit", "broker");

    private final MethodHandle firstFailure;

    private MutatedBroker(Map<String, byte[]> changed) {
        try {
            Class<?> simulator = new Loader(changed).loadClass(Simulator.class.getName());
            firstFailure = MethodHandles.publicLookup()
                    .findStatic(simulator, "firstFailure", MethodType.methodType(String.class, long.class, int.class));
        } catch (ReflectiveOperationException absent) {
            throw new LinkageError("the simulator has no firstFailure(long, int)", absent);
        }
    }

    /** As it is. */
    static MutatedBroker unchanged() {
        return new MutatedBroker(Map.of());
    }

    /** With the changes of a mutant. */
    static MutatedBroker of(BrokerMutant mutant) {
        Map<String, String> sources = new LinkedHashMap<>();
        for (BrokerMutant.Edit edit : mutant.edits()) {
            String before = sources.computeIfAbsent(edit.source(), MutatedBroker::read);
            sources.put(edit.source(), edited(before, edit, mutant));
        }
        return new MutatedBroker(new InMemory(mutant).compile(sources));
    }

    /** The first of these seeds that breaks a rule, as text that begins with the rule's name; null when none does. */
    @Nullable
    String firstFailure(long from, int count) {
        try {
            return (String) firstFailure.invokeExact(from, count);
        } catch (RuntimeException | Error fault) {
            throw fault;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static String read(String source) {
        try {
            return Files.readString(SOURCES.resolve(source + ".java"));
        } catch (IOException absent) {
            throw new UncheckedIOException(absent);
        }
    }

    /**
     * A source with a change.
     *
     * @throws AssertionError when the text that is to be changed is not there once
     */
    static String edited(String source, BrokerMutant.Edit edit, BrokerMutant mutant) {
        StringBuilder pattern = new StringBuilder();
        for (String word : edit.text().strip().split("\\s+", -1)) {
            pattern.append(pattern.isEmpty() ? "" : "\\s+").append(Pattern.quote(word));
        }
        Matcher found = Pattern.compile(pattern.toString()).matcher(source);
        boolean once = found.find();
        int start = once ? found.start() : 0;
        int end = once ? found.end() : 0;
        if (!once || found.find()) {
            throw new AssertionError("the mutant " + mutant + " has to be adapted: " + edit.source() + " contains "
                    + (once ? "more than once: " : "no more: ") + edit.text());
        }
        return source.substring(0, start) + edit.instead() + source.substring(end);
    }

    /** Compiles sources of the broker, and keeps the classes. */
    private static final class InMemory {
        private final BrokerMutant mutant;
        private final Map<String, ByteArrayOutputStream> classes = new HashMap<>();

        InMemory(BrokerMutant mutant) {
            this.mutant = mutant;
        }

        Map<String, byte[]> compile(Map<String, String> sources) {
            List<JavaFileObject> units = new ArrayList<>();
            sources.forEach((name, text) -> units.add(new Source(name, text)));
            List<String> errors = new ArrayList<>();
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            try (StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, null);
                    JavaFileManager files = new Outputs(standard)) {
                boolean done = compiler.getTask(
                                null,
                                files,
                                diagnostic -> errors.add(diagnostic.toString()),
                                List.of("-proc:none", "-Xlint:none"),
                                null,
                                units)
                        .call();
                if (!done) {
                    throw new AssertionError(
                            "the mutant " + mutant + " has to be adapted: " + String.join("\n", errors));
                }
            } catch (IOException fault) {
                throw new UncheckedIOException(fault);
            }
            Map<String, byte[]> compiled = new HashMap<>();
            classes.forEach((name, bytes) -> compiled.put(name, bytes.toByteArray()));
            return compiled;
        }

        private final class Outputs extends ForwardingJavaFileManager<JavaFileManager> {
            Outputs(JavaFileManager standard) {
                super(standard);
            }

            @Override
            public JavaFileObject getJavaFileForOutput(
                    Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                classes.put(name, bytes);
                return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/') + ".class"), kind) {
                    @Override
                    public OutputStream openOutputStream() {
                        return bytes;
                    }
                };
            }
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("memory:///io/pipit/broker/" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Defines the broker and the simulator itself, and leaves everything else to its parent. */
    private static final class Loader extends ClassLoader {
        private final Map<String, byte[]> changed;

        Loader(Map<String, byte[]> changed) {
            super(MutatedBroker.class.getClassLoader());
            this.changed = changed;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.pipit.broker.") && !name.startsWith("io.pipit.simulation.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known == null ? define(name) : known;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            byte[] bytes = changed.get(name);
            if (bytes == null) {
                try (InputStream stream = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                    if (stream == null) {
                        throw new ClassNotFoundException(name);
                    }
                    bytes = stream.readAllBytes();
                } catch (IOException fault) {
                    throw new ClassNotFoundException(name, fault);
                }
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }
}
