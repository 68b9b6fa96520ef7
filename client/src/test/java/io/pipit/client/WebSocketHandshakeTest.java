package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pipit.mqtt.Spec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WebSocketHandshakeTest {
    /** The example of RFC 6455, section 1.3. */
    private final WebSocketHandshake handshake = new WebSocketHandshake("dGhlIHNhbXBsZSBub25jZQ==");

    private static final String UPGRADE = "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    @Test
    @Spec({"MQTT-6.0.0-3", "3.1.1:MQTT-6.0.0-3"})
    void request_offersMqtt() {
        assertThat(handshake.request(ServerAddress.parse("ws://host:8083/mqtt")))
                .isEqualTo(String.join(
                        "\r\n",
                        "GET /mqtt HTTP/1.1",
                        "Host: host:8083",
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                        "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Protocol: mqtt",
                        "",
                        ""));
    }

    @Test
    void request_atTheDefaultPort_leavesItOut() {
        assertThat(handshake.request(ServerAddress.parse("ws://[::1]")))
                .startsWith("GET / HTTP/1.1\r\nHost: [::1]\r\n");
    }

    @Test
    void checkResponse_ofAgreement_readsNoByteMore() throws IOException {
        ByteArrayInputStream in = stream("HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\n"
                + "connection: keep-alive, Upgrade\r\nsec-websocket-accept: " + ACCEPT
                + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\nx");

        handshake.checkResponse(in);

        assertThat(in.readAllBytes()).containsExactly('x');
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 404 Not Found\r\n\r\n",
                UPGRADE + "Sec-WebSocket-Accept: wrong\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n",
                UPGRADE + "Sec-WebSocket-Accept: " + ACCEPT + "\r\n\r\n",
                "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + ACCEPT
                        + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n",
                "HTTP/1.1 101 x\r\n",
                " \r\n\r\n",
            })
    void checkResponse_ofAnythingElse_isRefused(String response) {
        assertThatExceptionOfType(MqttException.class)
                .isThrownBy(() -> handshake.checkResponse(stream(response)))
                .satisfies(refusal -> assertThat(refusal.failure()).isEqualTo(Failure.UNREACHABLE));
    }

    @Test
    void checkResponse_withoutEnd_isRefused() {
        assertThatExceptionOfType(MqttException.class)
                .isThrownBy(() -> handshake.checkResponse(stream("x".repeat(20_000))))
                .withMessageContaining("has no end");
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
