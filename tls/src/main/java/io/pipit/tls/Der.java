package io.pipit.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The few forms of DER (ITU-T X.690) that certificates, revocation lists and keys are made of. */
final class Der {
    private static final int BOOLEAN = 0x01;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int NULL = 0x05;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int UTF8_STRING = 0x0C;
    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int CONTEXT = 0x80;
    private static final int CONSTRUCTED = 0x20;

    /** RFC 5280, section 4.1.2.5: the other form of time from this year on. */
    private static final int FIRST_YEAR_IN_FULL = 2050;

    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter GENERALIZED =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Der() {}

    static byte[] sequence(byte[]... parts) {
        return tagged(SEQUENCE, parts);
    }

    static byte[] set(byte[]... parts) {
        return tagged(SET, parts);
    }

    static byte[] bool(boolean value) {
        return tagged(BOOLEAN, new byte[] {(byte) (value ? 0xFF : 0)});
    }

    static byte[] integer(long value) {
        return integer(BigInteger.valueOf(value));
    }

    static byte[] integer(BigInteger value) {
        return tagged(INTEGER, value.toByteArray());
    }

    /** Whole octets. */
    static byte[] bitString(byte[] octets) {
        return tagged(BIT_STRING, new byte[1], octets);
    }

    /**
     * Named bits, of which the first is the highest of the octet.
     *
     * @param bits 1 to 255
     */
    static byte[] namedBits(int bits) {
        return tagged(BIT_STRING, new byte[] {(byte) Integer.numberOfTrailingZeros(bits), (byte) bits});
    }

    static byte[] octetString(byte[]... parts) {
        return tagged(OCTET_STRING, parts);
    }

    static byte[] nothing() {
        return tagged(NULL);
    }

    static byte[] utf8(String text) {
        return tagged(UTF8_STRING, text.getBytes(StandardCharsets.UTF_8));
    }

    /** In seconds. */
    static byte[] time(Instant at) {
        boolean inFull = at.atOffset(ZoneOffset.UTC).getYear() >= FIRST_YEAR_IN_FULL;
        String text = inFull ? GENERALIZED.format(at) : UTC.format(at);
        return tagged(inFull ? GENERALIZED_TIME : UTC_TIME, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Dotted numbers, the first of them 0 to 2. */
    static byte[] objectIdentifier(String dotted) {
        String[] numbers = dotted.split("\\.", -1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        base128(40 * Integer.parseInt(numbers[0]) + Integer.parseInt(numbers[1]), out);
        for (int i = 2; i < numbers.length; i++) {
            base128(Integer.parseInt(numbers[i]), out);
        }
        return tagged(OBJECT_IDENTIFIER, out.toByteArray());
    }

    private static void base128(int number, ByteArrayOutputStream out) {
        int shift = 28;
        while (shift > 0 && number >>> shift == 0) {
            shift -= 7;
        }
        for (; shift > 0; shift -= 7) {
            out.write(0x80 | ((number >>> shift) & 0x7F));
        }
        out.write(number & 0x7F);
    }

    /** A field with a number, around what has a tag of its own. */
    static byte[] explicit(int number, byte[]... parts) {
        return tagged(CONTEXT | CONSTRUCTED | number, parts);
    }

    /** A field with a number in place of a tag of its own. */
    static byte[] implicit(int number, byte[] content) {
        return tagged(CONTEXT | number, content);
    }

    private static byte[] tagged(int tag, byte[]... parts) {
        int size = 0;
        for (byte[] part : parts) {
            size += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(size + 6);
        out.write(tag);
        if (size < 0x80) {
            out.write(size);
        } else {
            int octets = size < 0x100 ? 1 : size < 0x1_0000 ? 2 : 3;
            out.write(0x80 | octets);
            for (int i = octets - 1; i >= 0; i--) {
                out.write(size >>> (8 * i));
            }
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
