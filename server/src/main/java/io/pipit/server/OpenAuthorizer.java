package io.pipit.server;

import io.pipit.broker.spi.Authorizer;
import io.pipit.broker.spi.Identity;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.nio.charset.StandardCharsets;

/** Allows everything, but {@code $SYS}: nobody publishes there, and only this machine reads it. */
final class OpenAuthorizer implements Authorizer {
    private static final byte[] SYS = "$SYS".getBytes(StandardCharsets.UTF_8);

    @Override
    public boolean mayPublish(Identity client, TopicName topic) {
        return !isBelowSys(topic.utf8());
    }

    @Override
    public boolean maySubscribe(Identity client, TopicFilter filter) {
        return client.peer().loopback() || !isBelowSys(filter.utf8());
    }

    private static boolean isBelowSys(byte[] utf8) {
        for (int i = 0; i < SYS.length; i++) {
            if (i == utf8.length || utf8[i] != SYS[i]) {
                return false;
            }
        }
        return utf8.length == SYS.length || utf8[SYS.length] == '/';
    }
}
