package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class PropertiesTest {
    private static final Properties SOME = Properties.of(Property.CONTENT_TYPE, "c")
            .with(Property.USER_PROPERTY, new UserProperty("k", "1"))
            .with(Property.MESSAGE_EXPIRY_INTERVAL, 10L)
            .with(Property.USER_PROPERTY, new UserProperty("k", "2"));

    @Test
    void get_ofWhatIsThere_givesTheFirst() {
        assertThat(SOME.get(Property.MESSAGE_EXPIRY_INTERVAL)).isEqualTo(10L);
        assertThat(SOME.get(Property.USER_PROPERTY)).isEqualTo(new UserProperty("k", "1"));
        assertThat(SOME.has(Property.CONTENT_TYPE)).isTrue();
    }

    @Test
    void get_ofWhatIsAbsent_givesNullOrTheDefault() {
        assertThat(SOME.get(Property.TOPIC_ALIAS)).isNull();
        assertThat(SOME.get(Property.TOPIC_ALIAS, 5)).isEqualTo(5);
        assertThat(SOME.has(Property.TOPIC_ALIAS)).isFalse();
    }

    @Test
    void all_ofARepeatedOne_keepsTheOrder() {
        assertThat(SOME.all(Property.USER_PROPERTY))
                .containsExactly(new UserProperty("k", "1"), new UserProperty("k", "2"));
        assertThat(SOME.all(Property.TOPIC_ALIAS)).isEmpty();
    }

    @Test
    void only_ofAllOfThem_isTheSameObject() {
        assertThat(SOME.only(property -> true)).isSameAs(SOME);
        assertThat(SOME.only(property -> false)).isSameAs(Properties.NONE);
        assertThat(SOME.only(property -> property == Property.CONTENT_TYPE))
                .isEqualTo(Properties.of(Property.CONTENT_TYPE, "c"));
    }

    @Test
    void with_leavesTheOriginalAsItIs() {
        Properties more = SOME.with(Property.TOPIC_ALIAS, 1);
        assertThat(more.size()).isEqualTo(SOME.size() + 1);
        assertThat(more).isNotEqualTo(SOME);
        assertThat(SOME.toBuilder().build()).isEqualTo(SOME).hasSameHashCodeAs(SOME);
    }

    @Test
    void build_ofNothing_isNone() {
        assertThat(Properties.builder().build()).isSameAs(Properties.NONE);
        assertThat(Properties.NONE.isEmpty()).isTrue();
        assertThat(Properties.NONE).hasToString("{}");
    }

    @Test
    void toString_hidesAuthenticationData() {
        Properties properties = Properties.of(Property.AUTHENTICATION_METHOD, "m")
                .with(Property.AUTHENTICATION_DATA, Payload.of("secret"));
        assertThat(properties).hasToString("{Authentication Method=m, Authentication Data=...}");
    }

    @Test
    void hashCode_ofOtherNamesOrValues_isAnother() {
        Properties one = Properties.of(Property.CONTENT_TYPE, "a");
        assertThat(one.hashCode())
                .isNotEqualTo(Properties.of(Property.CONTENT_TYPE, "b").hashCode())
                .isNotEqualTo(Properties.of(Property.RESPONSE_INFORMATION, "a").hashCode());
    }

    @Test
    void keep_ofABorrowedValue_outlivesTheBuffer() {
        ByteBuf buffer = Unpooled.wrappedBuffer(new byte[] {1, 2});
        Properties properties = Properties.of(Property.CORRELATION_DATA, Payload.borrowed(buffer, 0, 2));
        assertThat(properties.keep()).isSameAs(properties);
        buffer.setByte(0, 9);
        assertThat(properties.get(Property.CORRELATION_DATA)).isEqualTo(Payload.of(new byte[] {1, 2}));
    }
}
