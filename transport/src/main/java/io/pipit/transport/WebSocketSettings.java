package io.pipit.transport;

import java.time.Duration;
import java.util.List;

/**
 * What a WebSocket listener asks of its clients.
 *
 * @param paths where MQTT is spoken; each begins with a slash
 * @param requireProtocol whether a client must offer a subprotocol of MQTT
 * @param handshakeTimeout for the HTTP request to arrive; 0 for no limit
 */
public record WebSocketSettings(List<String> paths, boolean requireProtocol, Duration handshakeTimeout) {
    public WebSocketSettings {
        paths = List.copyOf(paths);
        for (String path : paths) {
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException("path \"" + path + "\" does not begin with /");
            }
        }
    }
}
