/** An MQTT client on blocking sockets and virtual threads; begin at {@link io.pipit.client.MqttClient}. */
@NullMarked
package io.pipit.client;

import org.jspecify.annotations.NullMarked;
