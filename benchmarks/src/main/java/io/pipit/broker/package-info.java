/** Benchmarks of what the broker keeps to itself: in its package, to reach it. */
@NullMarked
package io.pipit.broker;

import org.jspecify.annotations.NullMarked;
