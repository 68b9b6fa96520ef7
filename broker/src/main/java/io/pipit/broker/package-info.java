/** The broker: protocol state of connections, sessions, subscriptions, routing, queues, retained messages and wills. */
@NullMarked
package io.pipit.broker;

import org.jspecify.annotations.NullMarked;
