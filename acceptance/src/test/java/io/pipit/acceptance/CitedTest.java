package io.pipit.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A method with {@code @Spec} in the compiled tests of a module.
 *
 * @param module the directory of its module
 * @param name class and method, such as {@code WillTest.will_isPublishedOnce}
 * @param citations the statements it names
 * @param test whether JUnit runs it
 */
record CitedTest(String module, String name, List<String> citations, boolean test) {
    private static final String SPEC = "Lio/pipit/mqtt/Spec;";
    private static final Set<String> TESTS = Set.of(
            "Lorg/junit/jupiter/api/Test;",
            "Lorg/junit/jupiter/api/RepeatedTest;",
            "Lorg/junit/jupiter/api/TestFactory;",
            "Lorg/junit/jupiter/params/ParameterizedTest;",
            "Lcom/code_intelligence/jazzer/junit/FuzzTest;",
            "Lio/pipit/acceptance/EveryPeer;",
            "Lio/pipit/client/BothVersions;");

    CitedTest {
        citations = List.copyOf(citations);
    }

    /** All of them in all modules below this directory, as they are compiled now, in the order of their names. */
    static List<CitedTest> below(Path root) throws IOException {
        try (Stream<Path> modules = Files.list(root)) {
            return modules.filter(module -> Files.isDirectory(module.resolve("target/test-classes")))
                    .sorted()
                    .flatMap(module -> ofModule(module).stream())
                    .toList();
        }
    }

    private static List<CitedTest> ofModule(Path module) {
        try (Stream<Path> files = Files.walk(module.resolve("target/test-classes"))) {
            return files.filter(file -> file.toString().endsWith(".class"))
                    .sorted()
                    .flatMap(file -> ofClass(String.valueOf(module.getFileName()), parse(file)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ClassModel parse(Path file) {
        try {
            return ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<CitedTest> ofClass(String module, ClassModel type) {
        String internal = type.thisClass().asInternalName();
        String name = internal.substring(internal.lastIndexOf('/') + 1).replace('$', '.');
        return type.methods().stream()
                .map(method -> new CitedTest(
                        module, name + "." + method.methodName().stringValue(), citations(method), isTest(method)))
                .filter(method -> !method.citations().isEmpty());
    }

    private static List<String> citations(MethodModel method) {
        return annotations(method)
                .filter(annotation -> annotation.className().equalsString(SPEC))
                .flatMap(annotation -> annotation.elements().stream())
                .map(AnnotationElement::value)
                .flatMap(CitedTest::strings)
                .toList();
    }

    private static boolean isTest(MethodModel method) {
        return annotations(method)
                .anyMatch(annotation -> TESTS.contains(annotation.className().stringValue()));
    }

    private static Stream<Annotation> annotations(MethodModel method) {
        return method.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                .flatMap(attribute -> attribute.annotations().stream());
    }

    private static Stream<String> strings(AnnotationValue value) {
        return switch (value) {
            case AnnotationValue.OfArray array -> array.values().stream().flatMap(CitedTest::strings);
            case AnnotationValue.OfString string -> Stream.of(string.stringValue());
            default -> throw new IllegalStateException("@Spec holds strings");
        };
    }
}
