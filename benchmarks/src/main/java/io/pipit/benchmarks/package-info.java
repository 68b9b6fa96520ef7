/** JMH benchmarks of the parts. */
@NullMarked
package io.pipit.benchmarks;

import org.jspecify.annotations.NullMarked;
