/** The broker: sessions, routing, QoS flows, queues, retained messages, wills. Free of sockets, disks and threads. */
@NullMarked
package io.pipit.broker;

import org.jspecify.annotations.NullMarked;
