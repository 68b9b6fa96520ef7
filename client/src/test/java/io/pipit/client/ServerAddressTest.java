package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ServerAddressTest {
    @ParameterizedTest
    @CsvSource({
        "mqtt://host, MQTT, host, 1883, ''",
        "mqtt://host:1, MQTT, host, 1, ''",
        "MQTT://host_a/a/b, MQTT, host_a, 1883, /a/b",
        "tcp://10.0.0.1:65535/, MQTT, 10.0.0.1, 65535, /",
        "mqtt://[::1]:1884, MQTT, ::1, 1884, ''",
        "ws://host, WS, host, 80, ''",
        "ws://host:8083/mqtt?x=1, WS, host, 8083, /mqtt?x=1",
    })
    void parse_ofUrl_findsItsParts(String url, ServerAddress.Scheme scheme, String host, int port, String path) {
        assertThat(ServerAddress.parse(url)).isEqualTo(new ServerAddress(scheme, host, port, path, null, null));
    }

    @Test
    void parse_withUserAndPassword_keepsThem() {
        ServerAddress address = ServerAddress.parse("mqtt://a%40b:p%3Aw%2F@host");

        assertThat(address.userName()).isEqualTo("a@b");
        assertThat(address.password()).isEqualTo("p:w/");
        assertThat(address).hasToString("mqtt://host:1883");
    }

    @ParameterizedTest
    @CsvSource({
        "mqtts://host, MQTTS, 8883",
        "ssl://host, MQTTS, 8883",
        "wss://host/mqtt, WSS, 443",
        "wss://host:8084/mqtt, WSS, 8084",
    })
    void parse_withASchemeOfTls_isSecure(String url, ServerAddress.Scheme scheme, int port) {
        ServerAddress address = ServerAddress.parse(url);

        assertThat(address.scheme()).isEqualTo(scheme);
        assertThat(address.scheme().isSecure()).isTrue();
        assertThat(address.port()).isEqualTo(port);
    }

    @Test
    void parse_withUserOnly_hasNoPassword() {
        ServerAddress address = ServerAddress.parse("mqtt://u@host");

        assertThat(address.userName()).isEqualTo("u");
        assertThat(address.password()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "host, has no scheme",
        "http://host, is unknown",
        "mqtt://, names no host",
        "mqtt://:1883, names no host",
        "mqtt://host:, is not a number",
        "mqtt://host:0, is not 1 to 65535",
        "mqtt://host:65536, is not 1 to 65535",
    })
    void parse_ofSomethingElse_saysWhy(String url, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServerAddress.parse(url))
                .withMessageContaining(reason);
    }
}
