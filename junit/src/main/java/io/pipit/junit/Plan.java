package io.pipit.junit;

import io.pipit.server.PipitBuilder;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Which broker a test is to have.
 *
 * @param home where the broker lives, a test or a class, and at whose end it is closed
 */
record Plan(Consumer<PipitBuilder> configuration, ExtensionContext home) {
    /** As the nearest annotation says: of the method, of its class, of the classes around that. */
    static Plan of(ExtensionContext context) {
        for (Optional<ExtensionContext> at = Optional.of(context);
                at.isPresent();
                at = at.get().getParent()) {
            Optional<EmbeddedPipit> found = annotation(at.get());
            if (found.isPresent()) {
                EmbeddedPipit annotation = found.get();
                if (annotation.shared() && at.get().getTestMethod().isPresent()) {
                    throw new ParameterResolutionException("a test method cannot share its broker: "
                            + "@EmbeddedPipit(shared = true) belongs on the class");
                }
                return new Plan(
                        builder -> configure(builder, annotation), annotation.shared() ? at.get() : testOf(context));
            }
        }
        throw new ParameterResolutionException("neither the test nor its class has @EmbeddedPipit");
    }

    private static Optional<EmbeddedPipit> annotation(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getElement(), EmbeddedPipit.class);
    }

    private static void configure(PipitBuilder builder, EmbeddedPipit annotation) {
        if (annotation.webSocket()) {
            builder.webSocketPort(0);
        }
        for (String assignment : annotation.set()) {
            int equals = assignment.indexOf('=');
            if (equals < 1) {
                throw new ParameterResolutionException(
                        "@EmbeddedPipit(set = \"" + assignment + "\"): KEY=VALUE is expected");
            }
            builder.set(assignment.substring(0, equals).strip(), assignment.substring(equals + 1));
        }
    }

    /** As a field of the test class says. */
    static Plan of(ExtensionContext context, Consumer<PipitBuilder> configuration, boolean shared) {
        return new Plan(configuration, shared ? outermostClass(context) : testOf(context));
    }

    private static ExtensionContext testOf(ExtensionContext context) {
        if (context.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException(
                    "a fresh broker belongs to one test: share it, to have it for the whole class");
        }
        return context;
    }

    private static ExtensionContext outermostClass(ExtensionContext context) {
        ExtensionContext outermost = context;
        for (Optional<ExtensionContext> at = Optional.of(context);
                at.isPresent();
                at = at.get().getParent()) {
            if (at.get().getTestClass().isPresent()) {
                outermost = at.get();
            }
        }
        return outermost;
    }
}
