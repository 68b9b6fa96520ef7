/**
 * The world in which the broker is simulated: loops, clock, connections and storage that their owner holds in the hand.
 * Everything runs on one thread; nothing waits and nothing sleeps.
 */
@NullMarked
package io.pipit.simulation;

import org.jspecify.annotations.NullMarked;
