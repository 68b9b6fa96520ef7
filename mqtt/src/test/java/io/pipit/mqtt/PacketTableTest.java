package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of packets and their bytes, in both directions. */
class PacketTableTest {
    static List<WirePacket> packets() {
        return WirePacket.all();
    }

    @ParameterizedTest
    @MethodSource("packets")
    void decode_ofTheTable_givesThePacket(WirePacket wire) throws ProtocolException {
        assertThat(Wire.decode(wire.receiver(), wire.version(), wire.hex())).isEqualTo(wire.packet());
    }

    @ParameterizedTest
    @MethodSource("packets")
    void encode_ofTheTable_givesTheBytes(WirePacket wire) {
        assertThat(Wire.encode(wire.packet(), wire.version())).isEqualTo(Hex.of(Hex.bytes(wire.hex())));
    }

    @ParameterizedTest
    @MethodSource("packets")
    void decode_ofAllButTheLastByte_leavesTheBytes(WirePacket wire) throws ProtocolException {
        byte[] whole = Hex.bytes(wire.hex());
        PacketDecoder decoder = wire.packet() instanceof Connect || wire.receiver() == PacketDecoder.Side.CLIENT
                ? new PacketDecoder(wire.receiver(), wire.version(), 0)
                : Wire.connected(wire.version());
        ByteBuf bytes = Hex.buffer(wire.hex());
        for (int there = 0; there < whole.length; there++) {
            bytes.writerIndex(there);
            assertThat(decoder.decode(bytes, new TopicNames(1))).isNull();
            assertThat(bytes.readerIndex()).isZero();
        }
    }

    @Test
    void table_hasEveryTypeOfPacket() {
        assertThat(packets().stream().map(wire -> wire.packet().type())).contains(PacketType.values());
    }
}
