package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.Alarms.Alarm;
import io.pipit.broker.spi.BrokerListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AlarmsTest {
    private final SteppedTime clock = new SteppedTime();
    private final List<String> heard = new ArrayList<>();
    private final Alarms alarms = new Alarms(clock, List.of(new BrokerListener() {
        @Override
        public void alarm(String name, String text, boolean raised) {
            heard.add((raised ? "raised " : "cleared ") + name + ": " + text);
        }
    }));

    @Test
    void raise_isToldAndListedUntilCleared() {
        long since = clock.wallMillis();
        alarms.raise("disk", "no room");
        assertThat(alarms.raised()).containsExactly(new Alarm("disk", "no room", since));
        alarms.clear("disk");
        assertThat(alarms.raised()).isEmpty();
        assertThat(heard).containsExactly("raised disk: no room", "cleared disk: no room");
    }

    @Test
    void raise_again_changesNothing() {
        alarms.raise("disk", "no room");
        alarms.raise("disk", "no room");
        assertThat(heard).hasSize(1);
    }

    @Test
    void raise_againWithAnotherText_keepsItsTime() {
        alarms.raise("disk", "no room");
        long since = alarms.raised().getFirst().sinceMillis();
        clock.passTo(TimeUnit.SECONDS.toNanos(5));
        alarms.raise("disk", "failed");
        assertThat(alarms.raised()).containsExactly(new Alarm("disk", "failed", since));
        assertThat(heard).containsExactly("raised disk: no room", "raised disk: failed");
    }

    @Test
    void clear_ofWhatIsNotRaised_isNotTold() {
        alarms.clear("disk");
        assertThat(heard).isEmpty();
    }

    @Test
    void raised_givesTheOldestFirst() {
        alarms.raise("b", "1");
        alarms.raise("a", "2");
        alarms.raise("b", "3");
        assertThat(alarms.raised()).extracting(Alarm::name).containsExactly("b", "a");
    }
}
