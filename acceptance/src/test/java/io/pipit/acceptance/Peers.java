package io.pipit.acceptance;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.AnnotationBasedArgumentsProvider;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** The peers that {@link EveryPeer} asks for. */
final class Peers extends AnnotationBasedArgumentsProvider<EveryPeer> {
    @Override
    protected Stream<? extends Arguments> provideArguments(
            ParameterDeclarations parameters, ExtensionContext context, EveryPeer wanted) {
        return Peer.all().stream()
                .filter(peer -> Arrays.asList(wanted.versions()).contains(peer.version()))
                .filter(peer -> Arrays.stream(wanted.needs()).allMatch(peer::can))
                .map(Arguments::of);
    }
}
