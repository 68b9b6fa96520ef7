/** MQTT 3.1, 3.1.1 and 5.0 on the wire: packets, and the codec between them and bytes. */
@NullMarked
package io.pipit.mqtt;

import org.jspecify.annotations.NullMarked;
