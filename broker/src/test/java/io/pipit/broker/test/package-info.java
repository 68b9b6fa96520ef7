/**
 * The broker in a simulated world: loops, clock, connections and storage that a test holds in its hand, and a language
 * of dialogues over them. Everything runs on the thread of the test; nothing waits and nothing sleeps.
 */
@NullMarked
package io.pipit.broker.test;

import org.jspecify.annotations.NullMarked;
