/** The storage of the broker on disk: what waits is written in groups, and answered when it is as safe as was asked. */
@NullMarked
package io.pipit.store;

import org.jspecify.annotations.NullMarked;
