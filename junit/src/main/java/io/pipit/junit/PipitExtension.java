package io.pipit.junit;

import io.pipit.client.ClientOptions;
import io.pipit.client.MqttClient;
import io.pipit.client.MqttException;
import io.pipit.server.Pipit;
import io.pipit.server.PipitBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a broker whose configuration needs code; {@link EmbeddedPipit} is the same without.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final PipitExtension pipit = PipitExtension.fresh(builder -> builder.authenticator(new Passwords()));
 * }</pre>
 *
 * <p>Parameters are filled as {@link EmbeddedPipit} says; a client that has to say who it is, is the test's to make, for
 * {@link Pipit#url}. Any thread, as JUnit calls it: tests may run side by side.
 */
public final class PipitExtension implements ParameterResolver {
    private static final String BROKER = "broker";

    private final @Nullable Consumer<PipitBuilder> configuration;
    private final boolean shared;
    private final Namespace namespace;

    /** As the annotation {@link EmbeddedPipit} of the test says; JUnit calls it. */
    public PipitExtension() {
        this.configuration = null;
        this.shared = false;
        this.namespace = Namespace.create(PipitExtension.class);
    }

    private PipitExtension(Consumer<PipitBuilder> configuration, boolean shared) {
        this.configuration = configuration;
        this.shared = shared;
        this.namespace = Namespace.create(PipitExtension.class, this);
    }

    /**
     * A broker for each test.
     *
     * @param configuration says what differs from a broker in memory on a free port
     */
    public static PipitExtension fresh(Consumer<PipitBuilder> configuration) {
        return new PipitExtension(configuration, false);
    }

    /**
     * One broker for all tests of the outermost class.
     *
     * @param configuration says what differs from a broker in memory on a free port
     */
    public static PipitExtension shared(Consumer<PipitBuilder> configuration) {
        return new PipitExtension(configuration, true);
    }

    /** So that a test's constructor has the same broker as the test. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Pipit.class || type == MqttClient.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Pipit pipit = broker(context);
        return parameter.getParameter().getType() == Pipit.class ? pipit : client(pipit, context);
    }

    private Pipit broker(ExtensionContext context) {
        Plan plan = configuration == null ? Plan.of(context) : Plan.of(context, configuration, shared);
        return plan.home().getStore(namespace).computeIfAbsent(BROKER, key -> start(plan), Pipit.class);
    }

    private static Pipit start(Plan plan) {
        PipitBuilder builder = Pipit.builder().inMemory().port(0);
        plan.configuration().accept(builder);
        try {
            return builder.start();
        } catch (IOException failed) {
            throw new UncheckedIOException("the broker could not be started", failed);
        }
    }

    /** A client that JUnit closes at the end of the context, before the broker, since it came later. */
    private MqttClient client(Pipit pipit, ExtensionContext context) {
        MqttClient client = new MqttClient(ClientOptions.builder(pipit.url()).build());
        context.getStore(namespace).put(client, client);
        try {
            client.connect();
        } catch (MqttException failed) {
            throw new ParameterResolutionException("a client could not connect: " + failed.getMessage(), failed);
        }
        return client;
    }
}
