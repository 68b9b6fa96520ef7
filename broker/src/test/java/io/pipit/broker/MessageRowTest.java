package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.UserProperty;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageRowTest {
    @ParameterizedTest
    @EnumSource(QoS.class)
    void message_withNothingOptional_comesBack(QoS qos) {
        Message message =
                new Message(TopicName.of("a/b"), Payload.of("hello"), qos, false, Properties.NONE, Message.NEVER, null);
        byte[] row = MessageRow.encode(message);
        assertThat(MessageRow.decode(row)).isEqualTo(message);
        assertThat(row).hasSize(2 + 1 + 3 + 1 + 5);
    }

    @Test
    @Spec("MQTT-3.3.2-18")
    void message_withEverything_comesBackWithItsUserPropertiesInOrder() {
        Properties properties = Properties.builder()
                .add(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                .add(Property.CONTENT_TYPE, "text/plain")
                .add(Property.RESPONSE_TOPIC, "ответ")
                .add(Property.CORRELATION_DATA, Payload.of(new byte[] {0, -1}))
                .add(Property.USER_PROPERTY, new UserProperty("b", "1"))
                .add(Property.USER_PROPERTY, new UserProperty("a", "2"))
                .add(Property.USER_PROPERTY, new UserProperty("b", ""))
                .build();
        Message message = new Message(
                TopicName.of("\uD83D\uDE00"),
                Payload.EMPTY,
                QoS.EXACTLY_ONCE,
                true,
                properties,
                1_700_000_000_000L,
                new ClientIdentifier("мой"));
        assertThat(MessageRow.decode(MessageRow.encode(message))).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomMessages_comeBack(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            Message message = random(random);
            assertThat(MessageRow.decode(MessageRow.encode(message))).isEqualTo(message);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void damagedRows_areRefusedAsCorruptOrAreAnotherMessage(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            byte[] row = MessageRow.encode(random(random));
            row[random.nextInt(row.length)] ^= (byte) (1 << random.nextInt(8));
            byte[] cut = Arrays.copyOf(row, random.nextInt(row.length + 1));
            try {
                MessageRow.decode(cut);
            } catch (CorruptRowException expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void row_ofANewerProgram_isRefused() {
        byte[] row = MessageRow.encode(random(new Random(1)));
        row[0] = 2;
        assertThatThrownBy(() -> MessageRow.decode(row)).isInstanceOf(CorruptRowException.class);
    }

    @Test
    void row_withMoreBehind_isRefused() {
        byte[] row = MessageRow.encode(random(new Random(1)));
        assertThatThrownBy(() -> MessageRow.decode(Arrays.copyOf(row, row.length + 1)))
                .isInstanceOf(CorruptRowException.class);
    }

    private static Message random(Random random) {
        byte[] payload = new byte[random.nextInt(5) == 0 ? random.nextInt(20_000) : random.nextInt(200)];
        random.nextBytes(payload);
        return new Message(
                TopicName.of(text(random) + "/" + text(random)),
                Payload.owning(payload),
                QoS.of(random.nextInt(3)),
                random.nextBoolean(),
                random.nextBoolean() ? Properties.NONE : properties(random),
                random.nextBoolean() ? Message.NEVER : random.nextLong(),
                random.nextBoolean() ? null : new ClientIdentifier(text(random)));
    }

    private static Properties properties(Random random) {
        Properties.Builder properties = Properties.builder();
        if (random.nextBoolean()) {
            properties.add(Property.PAYLOAD_FORMAT_INDICATOR, random.nextInt(2));
        }
        if (random.nextBoolean()) {
            properties.add(Property.CONTENT_TYPE, text(random));
        }
        if (random.nextBoolean()) {
            properties.add(Property.RESPONSE_TOPIC, text(random));
        }
        if (random.nextBoolean()) {
            properties.add(Property.CORRELATION_DATA, Payload.of(text(random)));
        }
        for (int left = random.nextInt(4); left > 0; left--) {
            properties.add(Property.USER_PROPERTY, new UserProperty(text(random), text(random)));
        }
        return properties.build();
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(20); left > 0; left--) {
            text.appendCodePoint(
                    switch (random.nextInt(4)) {
                        case 0 -> 'a' + random.nextInt(26);
                        case 1 -> 0xA0 + random.nextInt(0x700);
                        case 2 -> 0x4E00 + random.nextInt(100);
                        default -> 0x1F600 + random.nextInt(50);
                    });
        }
        return text.toString();
    }
}
