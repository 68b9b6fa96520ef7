package io.pipit.server;

import io.pipit.transport.ListenerSettings;
import io.pipit.transport.TlsSettings;
import io.pipit.transport.WebSocketSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of listeners: one of each protocol by its port alone, and any number more below {@code listeners}, by a name.
 */
final class ListenerTree {
    private static final String SECTION = "listeners";
    private static final String NAME = "[a-z][a-z0-9]*";

    private final Values values;
    private final List<ConfiguredListener> listeners = new ArrayList<>();

    ListenerTree(Values values) {
        this.values = values;
    }

    /** A port, and who listens there. */
    private record Simple(Protocol protocol, int port) {}

    /** Asks for every key of the simple ones. */
    Ports readPorts() {
        InetAddress bind = bind("bind", InetAddress.ofLiteral("127.0.0.1"));
        List<Simple> simple = new ArrayList<>();
        for (Protocol protocol : Protocol.values()) {
            simple.add(new Simple(protocol, values.port(protocol.portKey(), protocol.portByDefault())));
        }
        return new Ports(bind, simple);
    }

    /** What the simple keys say. */
    record Ports(InetAddress bind, List<Simple> simple) {}

    /** Asks for every key of the sections, and puts all listeners together. */
    List<ConfiguredListener> read(Ports ports, WebSocketSettings webSocket) {
        TlsTree tls = new TlsTree(values);
        TlsTree.Section general = tls.read(TlsTree.GENERAL, TlsTree.Section.DEFAULT);
        for (Simple each : ports.simple()) {
            if (each.port() != Values.OFF) {
                Protocol protocol = each.protocol();
                add(
                        protocol,
                        protocol.label(),
                        new Keys(protocol.portKey(), "bind"),
                        new InetSocketAddress(ports.bind(), each.port()),
                        webSocket,
                        protocol.isSecure() ? tls.settings(protocol.label(), TlsTree.GENERAL, general) : null);
            }
        }
        for (String name : values.namesBelow(SECTION)) {
            readNamed(name, ports.bind(), webSocket, tls, general);
        }
        return listeners;
    }

    private void readNamed(
            String name, InetAddress bind, WebSocketSettings webSocket, TlsTree tls, TlsTree.Section general) {
        String prefix = SECTION + "." + name + ".";
        Protocol protocol = values.choice(prefix + "protocol", Protocol.MQTT, Protocol.values());
        InetAddress address = bind(prefix + "bind", bind);
        int port = values.port(prefix + "port", protocol.defaultPort());
        TlsSettings secure = null;
        if (protocol.isSecure()) {
            secure = tls.settings(name, prefix, tls.read(prefix, general));
        } else {
            TlsTree.KEYS.forEach(key -> refuseTls(prefix, key, protocol));
        }
        checkName(name);
        if (port != Values.OFF) {
            add(
                    protocol,
                    name,
                    new Keys(prefix + "port", prefix + "bind"),
                    new InetSocketAddress(address, port),
                    webSocket,
                    secure);
        }
    }

    private void refuseTls(String prefix, String key, Protocol protocol) {
        if (values.isGiven(prefix + key)) {
            values.refuse(prefix + key, "is for mqtts and wss only, and " + prefix + "protocol is " + protocol.label());
        }
    }

    private void checkName(String name) {
        if (!name.matches(NAME)) {
            values.problem(
                    "the listener " + name + " needs another name: a letter, then letters and digits, all lower case");
            return;
        }
        for (Protocol protocol : Protocol.values()) {
            if (protocol.label().equals(name)) {
                values.problem("the listener " + name + " needs another name: this is that of the one at "
                        + protocol.portKey());
            }
        }
    }

    /** The keys that move a listener. */
    private record Keys(String port, String bind) {}

    private void add(
            Protocol protocol,
            String name,
            Keys keys,
            InetSocketAddress address,
            WebSocketSettings webSocket,
            @Nullable TlsSettings tls) {
        ListenerSettings settings = new ListenerSettings(name, address, protocol.isWebSocket() ? webSocket : null, tls);
        listeners.add(new ConfiguredListener(protocol, keys.port(), keys.bind(), settings));
    }

    private InetAddress bind(String key, InetAddress byDefault) {
        return values.value(
                key,
                byDefault,
                "an address of this machine, or a name that has one",
                text -> {
                    try {
                        return InetAddress.getByName(text);
                    } catch (UnknownHostException unknown) {
                        return null;
                    }
                },
                address -> Values.quoted(address.getHostAddress()));
    }
}
