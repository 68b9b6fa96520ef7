package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class PayloadTest {
    private final ByteBuf source = Hex.buffer("00 'hello' 00");
    private final Payload borrowed = Payload.borrowed(source, 1, 5);

    @Test
    void keep_ofABorrowedOne_outlivesTheBuffer() {
        assertThat(borrowed.keep()).isSameAs(borrowed);
        source.setZero(0, source.capacity());
        assertThat(borrowed.toText()).isEqualTo("hello");
        assertThat(borrowed.keep().toByteArray()).isEqualTo(Hex.bytes("'hello'"));
    }

    @Test
    void writeTo_ofABorrowedOne_leavesTheSourceAsItIs() {
        ByteBuf out = Unpooled.buffer();
        borrowed.writeTo(out);
        borrowed.writeTo(out);
        assertThat(Hex.of(out)).isEqualTo(Hex.of(Hex.bytes("'hellohello'")));
        assertThat(source.readerIndex()).isZero();
    }

    @Test
    void copyTo_ofBothKinds_isTheSame() {
        byte[] target = new byte[12];
        borrowed.copyTo(target, 1);
        borrowed.keep().copyTo(target, 6);
        assertThat(target).isEqualTo(Hex.bytes("00 'hellohello' 00"));
    }

    @Test
    void equals_ofBothKinds_comparesTheBytes() {
        assertThat(borrowed).isEqualTo(Payload.of("hello")).hasSameHashCodeAs(Payload.of("hello"));
        assertThat(Payload.of("hello")).isEqualTo(borrowed);
        assertThat(borrowed).isNotEqualTo(Payload.of("hallo"));
        assertThat(borrowed).isNotEqualTo(Payload.of("hell"));
        assertThat(borrowed).isNotEqualTo("hello");
    }

    @Test
    void of_anArray_doesNotSeeItChange() {
        byte[] bytes = {1, 2};
        Payload payload = Payload.of(bytes);
        bytes[0] = 9;
        assertThat(payload.toByteArray()).isEqualTo(new byte[] {1, 2});
        payload.toByteArray()[0] = 9;
        assertThat(payload.toByteArray()).isEqualTo(new byte[] {1, 2});
    }

    @Test
    void of_noBytes_isTheEmptyOne() {
        assertThat(Payload.of("")).isSameAs(Payload.EMPTY);
        assertThat(Payload.of(new byte[0])).isSameAs(Payload.EMPTY);
        assertThat(Payload.owning(new byte[0])).isSameAs(Payload.EMPTY);
        assertThat(Payload.borrowed(source, 3, 0)).isSameAs(Payload.EMPTY);
        assertThat(Payload.EMPTY.isEmpty()).isTrue();
    }

    @Test
    void toString_tellsNothingOfTheBytes() {
        assertThat(Payload.of("secret")).hasToString("6 bytes");
    }

    @Test
    void hashCode_ofOtherBytes_isAnother() {
        assertThat(Payload.of("a").hashCode()).isNotEqualTo(Payload.of("b").hashCode());
        assertThat(Payload.of("a").isEmpty()).isFalse();
    }
}
