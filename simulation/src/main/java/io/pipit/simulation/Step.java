package io.pipit.simulation;

/**
 * One step of a history. Its own salt decides the order of what runs in it, so that a step does the same when others
 * are left out.
 *
 * @param number its place in the whole history
 * @param turns how many turns of loops and networks follow the act, before the next step interrupts them
 * @param millis virtual time that passes then; all that is due runs
 */
record Step(int number, Act act, int turns, int millis, long salt) {}
