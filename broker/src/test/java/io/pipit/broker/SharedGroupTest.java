package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedGroupTest {
    /** A member that is what the test says. */
    private static final class Fake implements SharedGroup.Member {
        private final String name;
        private boolean connected = true;
        private boolean room = true;
        private boolean stored;
        private boolean full;

        Fake(String name) {
            this.name = name;
        }

        @Override
        public boolean isConnected() {
            return connected;
        }

        @Override
        public boolean hasRoom() {
            return room;
        }

        @Override
        public boolean isStored() {
            return stored;
        }

        @Override
        public boolean isFull() {
            return full;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private final SharedGroup<Fake> group = new SharedGroup<>();
    private final Fake a = new Fake("a");
    private final Fake b = new Fake("b");
    private final Fake c = new Fake("c");

    @Test
    void pick_passesOverWhoseQueueIsFull() {
        group.add(a);
        group.add(b);
        a.full = true;
        b.room = false;
        assertThat(List.of(picked(), picked())).containsOnly(b);
        b.connected = false;
        b.stored = true;
        assertThat(picked()).isEqualTo(b);
    }

    @Test
    void pick_withAllQueuesFull_isStillSomebody() {
        group.add(a);
        a.full = true;
        assertThat(picked()).isEqualTo(a);
    }

    @Test
    void pick_withAllQueuesFull_isNobodyWhoseSessionEnds() {
        group.add(a);
        group.add(b);
        a.full = true;
        a.connected = false;
        assertThat(group.isFull()).isFalse();
        b.full = true;
        assertThat(List.of(picked(), picked())).containsOnly(b);
        b.connected = false;
        assertThat(group.pick()).isNull();
        assertThat(group.isFull()).isFalse();
        a.stored = true;
        assertThat(picked()).isEqualTo(a);
        assertThat(group.isFull()).isTrue();
    }

    @Test
    void isFull_whenEveryMemberThatCouldTakeOneIs() {
        assertThat(group.isFull()).isFalse();
        group.add(a);
        group.add(b);
        a.full = true;
        assertThat(group.isFull()).isFalse();
        b.connected = false;
        assertThat(group.isFull()).isTrue();
        b.stored = true;
        assertThat(group.isFull()).isFalse();
    }

    private Fake picked() {
        return Objects.requireNonNull(group.pick());
    }

    @Test
    void pick_withoutMembers_isNobody() {
        assertThat(group.pick()).isNull();
        assertThat(group.isEmpty()).isTrue();
    }

    @Test
    void pick_takesReadyMembersInTurn() {
        add(a, b, c);
        assertThat(picks(7)).containsExactly(a, b, c, a, b, c, a);
    }

    @Test
    void pick_passesOverMembersWithoutRoom_andSharesTheirPartEvenly() {
        add(a, b, c);
        b.room = false;
        assertThat(picks(6)).containsExactly(a, c, a, c, a, c);
    }

    @Test
    void pick_withNoRoomAnywhere_takesConnectedMembersInTurn() {
        add(a, b, c);
        a.room = false;
        b.room = false;
        c.connected = false;
        c.stored = true;
        assertThat(picks(4)).containsExactly(a, b, a, b);
    }

    @Test
    void pick_withNobodyConnected_takesStoredMembersInTurn() {
        add(a, b, c);
        for (Fake member : List.of(a, b, c)) {
            member.connected = false;
        }
        a.stored = true;
        c.stored = true;
        assertThat(picks(4)).containsExactly(a, c, a, c);
    }

    @Test
    void pick_withNobodyWhoCanTakeIt_isNobody() {
        add(a);
        a.connected = false;
        assertThat(group.pick()).isNull();
    }

    @Test
    void add_givesTheNewMemberTheLastTurn() {
        add(a, b);
        assertThat(picks(1)).containsExactly(a);
        add(c);
        assertThat(picks(4)).containsExactly(b, a, c, b);
    }

    @Test
    void remove_leavesTheTurnOfTheOthers() {
        add(a, b, c);
        assertThat(picks(1)).containsExactly(a);
        group.remove(a);
        assertThat(picks(2)).containsExactly(b, c);
        add(a);
        assertThat(picks(1)).containsExactly(b);
        group.remove(b);
        assertThat(picks(2)).containsExactly(c, a);
    }

    @Test
    void remove_ofAStranger_changesNothing() {
        add(a);
        group.remove(b);
        assertThat(group.size()).isEqualTo(1);
    }

    /** Members come and go; between two picks of a ready one no other may be picked twice. The seed is its name. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void pick_whileMembersComeAndGo_letsNobodyWaitLongerThanARound(long seed) {
        Random random = new Random(seed);
        List<Fake> members = new ArrayList<>();
        Map<Fake, Set<Fake>> pickedSince = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            int action = random.nextInt(10);
            if (action == 0) {
                Fake member = new Fake("m" + i);
                group.add(member);
                members.add(member);
                pickedSince.put(member, new HashSet<>());
            } else if (action == 1 && !members.isEmpty()) {
                Fake member = members.remove(random.nextInt(members.size()));
                group.remove(member);
                pickedSince.remove(member);
            } else {
                Fake picked = group.pick();
                assertThat(picked == null).isEqualTo(members.isEmpty());
                if (picked != null) {
                    for (Fake waiting : members) {
                        Set<Fake> others = pickedSince.getOrDefault(waiting, Set.of());
                        assertThat(waiting.equals(picked) || others.add(picked))
                                .as("%s picked twice while %s waits", picked, waiting)
                                .isTrue();
                    }
                    pickedSince.put(picked, new HashSet<>());
                }
            }
        }
    }

    private void add(Fake... members) {
        for (Fake member : members) {
            group.add(member);
        }
    }

    private List<Fake> picks(int count) {
        List<Fake> picks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Fake picked = group.pick();
            if (picked != null) {
                picks.add(picked);
            }
        }
        return picks;
    }
}
