/** Network listeners and event loops on Netty. */
@NullMarked
package io.pipit.transport;

import org.jspecify.annotations.NullMarked;
