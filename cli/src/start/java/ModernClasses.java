import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Copies a jar and writes the classes in it that are older than Java 6 anew, in the form of today: with stack maps. An
 * AOT cache leaves older ones out, and picocli's, which every start needs, are of Java 5.
 *
 * <p>Run from its source by {@code ./pipit}: {@code java ModernClasses.java FROM.jar TO.jar}.
 */
final class ModernClasses {
    private static final int FIRST_WITH_STACK_MAPS = ClassFile.JAVA_6_VERSION;

    private ModernClasses() {}

    public static void main(String[] arguments) throws IOException {
        Path from = Path.of(arguments[0]);
        Path to = Path.of(arguments[1]);
        try (JarFile jar = new JarFile(from.toFile());
                URLClassLoader loader =
                        new URLClassLoader(new URL[] {from.toUri().toURL()}, null);
                OutputStream file = Files.newOutputStream(to);
                JarOutputStream copy = new JarOutputStream(file)) {
            ClassFile classFile = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(loader)
                            .orElse(ClassHierarchyResolver.defaultResolver())));
            jar.stream().forEach(entry -> copy(jar, entry, classFile, copy));
        }
    }

    private static void copy(JarFile jar, JarEntry entry, ClassFile classFile, JarOutputStream copy) {
        try {
            byte[] bytes = jar.getInputStream(entry).readAllBytes();
            JarEntry same = new JarEntry(entry.getName());
            same.setTime(entry.getTime());
            copy.putNextEntry(same);
            copy.write(isOld(entry.getName(), bytes) ? modern(classFile, bytes) : bytes);
            copy.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOld(String name, byte[] bytes) {
        int majorVersion = bytes.length < 8 ? 0 : (bytes[6] & 0xff) << 8 | bytes[7] & 0xff;
        return name.endsWith(".class") && majorVersion < FIRST_WITH_STACK_MAPS;
    }

    private static byte[] modern(ClassFile classFile, byte[] bytes) {
        ClassTransform newVersion = (builder, element) -> builder.with(
                element instanceof ClassFileVersion ? ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0) : element);
        return classFile.transformClass(
                classFile.parse(bytes),
                newVersion.andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)));
    }
}
