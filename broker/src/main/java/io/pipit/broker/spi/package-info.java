/** The ports through which the broker meets sockets, storage, threads and time. */
@NullMarked
package io.pipit.broker.spi;

import org.jspecify.annotations.NullMarked;
