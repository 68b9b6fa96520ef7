package io.pipit.broker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The members of a shared subscription, picked from while they come, go, and show how they stand. */
final class SharedGroupRaces {
    private SharedGroupRaces() {}

    private static final class Member implements SharedGroup.Member {
        private final int number;
        private volatile boolean connected = true;

        Member(int number) {
            this.number = number;
        }

        @Override
        public boolean isConnected() {
            return connected;
        }

        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public boolean isStored() {
            return false;
        }
    }

    private static int number(@Nullable Member member) {
        return member == null ? 0 : member.number;
    }

    /** A member leaves: another one is there throughout. */
    @JCStressTest
    @Outcome(
            id = {"1, 1", "1, 2", "2, 1"},
            expect = ACCEPTABLE,
            desc = "a member that is there")
    @Outcome(expect = FORBIDDEN, desc = "nobody, or twice the same out of turn")
    @State
    public static class PickBesideLeave {
        private final SharedGroup<Member> group = new SharedGroup<>();
        private final Member going = new Member(2);

        public PickBesideLeave() {
            group.add(new Member(1));
            group.add(going);
        }

        @Actor
        public void leave() {
            group.remove(going);
        }

        @Actor
        public void pick(II_Result result) {
            result.r1 = number(group.pick());
            result.r2 = number(group.pick());
        }
    }

    /** A member that has left is not picked by who knows that. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "the one that is left")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class PickAfterLeave {
        private final SharedGroup<Member> group = new SharedGroup<>();
        private final Member going = new Member(2);

        public PickAfterLeave() {
            group.add(new Member(1));
            group.add(going);
        }

        @Actor
        public void leaveThenPick(I_Result result) {
            group.remove(going);
            result.r1 = number(group.pick());
        }

        @Actor
        public void pickMeanwhile() {
            group.pick();
            group.pick();
        }
    }

    /** Two members come and one goes at once: afterwards each that is there has its turn. */
    @JCStressTest
    @Outcome(id = "3, 3", expect = ACCEPTABLE, desc = "all three, each once in three picks")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class ComeAndGo {
        private final SharedGroup<Member> group = new SharedGroup<>();
        private final Member going = new Member(1);

        public ComeAndGo() {
            group.add(going);
            group.add(new Member(2));
        }

        @Actor
        public void come() {
            group.add(new Member(4));
        }

        @Actor
        public void comeAndGo() {
            group.add(new Member(8));
            group.remove(going);
        }

        @Arbiter
        public void turns(II_Result result) {
            result.r1 = group.size();
            int picked = 0;
            for (int i = 0; i < 3; i++) {
                picked |= number(group.pick());
            }
            result.r2 = Integer.bitCount(picked);
        }
    }

    /** A member that has lost its connection is not picked by who knows that, while another one is connected. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "the one that is connected")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class PickAfterDisconnect {
        private final SharedGroup<Member> group = new SharedGroup<>();
        private final Member offline = new Member(2);

        public PickAfterDisconnect() {
            group.add(offline);
            group.add(new Member(1));
        }

        @Actor
        public void disconnectThenPick(I_Result result) {
            offline.connected = false;
            result.r1 = number(group.pick());
        }

        @Actor
        public void pickMeanwhile() {
            group.pick();
        }
    }
}
