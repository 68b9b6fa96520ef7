/** An MQTT client on blocking sockets and virtual threads. */
@NullMarked
package io.pipit.client;

import org.jspecify.annotations.NullMarked;
