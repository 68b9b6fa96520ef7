/** Threads against each other, on what the broker's loops share; in its package, to reach what is not public. */
@NullMarked
package io.pipit.broker;

import org.jspecify.annotations.NullMarked;
