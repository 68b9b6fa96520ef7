package io.pipit.simulation;

import io.pipit.broker.spi.Authenticator;
import io.pipit.broker.spi.Authorizer;
import io.pipit.broker.spi.Identity;
import io.pipit.broker.spi.Peer;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Says yes to everybody, at once, until told otherwise; decisions can be held back. */
public final class SimulatedAccess implements Authenticator, Authorizer {
    private final Deque<Consumer<Decision>> held = new ArrayDeque<>();
    private final List<TopicFilter> deniedTopics = new ArrayList<>();
    private final List<TopicFilter> deniedFilters = new ArrayList<>();
    private boolean holds;
    private @Nullable ReasonCode refusal;

    /** Every CONNECT waits from now on for its decision. */
    public void hold() {
        holds = true;
    }

    /** How many CONNECT packets wait for their decision. */
    public int waiting() {
        return held.size();
    }

    /** Accepts the CONNECT that has waited longest. */
    public void acceptOne() {
        held.remove().accept(new Decision.Accepted());
    }

    /** Accepts the CONNECT that has waited shortest. */
    public void acceptLast() {
        held.removeLast().accept(new Decision.Accepted());
    }

    /** Refuses the CONNECT that has waited longest. */
    public void refuseOne(ReasonCode reason) {
        held.remove().accept(new Decision.Refused(reason, "as the test says"));
    }

    /** Every CONNECT is refused from now on. */
    public void refuse(ReasonCode reason) {
        refusal = reason;
    }

    /** Every CONNECT is accepted from now on. */
    public void accept() {
        refusal = null;
        holds = false;
    }

    /** Nobody may publish to the topics that match. */
    public void denyPublish(String filter) {
        deniedTopics.add(TopicFilter.of(filter));
    }

    /** Nobody may subscribe to this filter. */
    public void denySubscribe(String filter) {
        deniedFilters.add(TopicFilter.of(filter));
    }

    @Override
    public void authenticate(Connect connect, Peer peer, Consumer<Decision> answer) {
        ReasonCode reason = refusal;
        if (holds) {
            held.add(answer);
        } else if (reason == null) {
            answer.accept(new Decision.Accepted());
        } else {
            answer.accept(new Decision.Refused(reason, "as the test says"));
        }
    }

    @Override
    public boolean mayPublish(Identity client, TopicName topic) {
        return deniedTopics.stream().noneMatch(filter -> filter.matches(topic));
    }

    @Override
    public boolean maySubscribe(Identity client, TopicFilter filter) {
        return !deniedFilters.contains(filter);
    }
}
