package io.pipit.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.pipit.tls.CertifiedKey;
import io.pipit.tls.TlsFileException;
import io.pipit.tls.TlsVersion;
import io.pipit.tls.TrustedAuthorities;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What the files of a listener said when they were read: its keys, and whom it trusts. Connections keep what they began
 * with. Whoever makes one releases it.
 */
final class TlsContext {
    private final List<SslContext> contexts;
    /** By host name, or by {@code *.} and the levels behind the first. */
    private final Map<String, SslContext> byName;

    private final TlsExpiry expiry;

    private TlsContext(List<SslContext> contexts, Map<String, SslContext> byName, TlsExpiry expiry) {
        this.contexts = contexts;
        this.byName = byName;
        this.expiry = expiry;
    }

    /**
     * Reads the files.
     *
     * @param applicationProtocol for ALPN
     * @throws TlsFileException when one cannot be used
     * @throws SSLException when the library does not take what they say together
     */
    static TlsContext load(TlsSettings settings, String applicationProtocol) throws TlsFileException, SSLException {
        Path authorities = settings.authorities();
        TrustedAuthorities trusted =
                authorities == null ? null : TrustedAuthorities.read(authorities, settings.revocations());
        List<CertifiedKey> keys = new ArrayList<>();
        for (TlsSettings.KeyFiles files : settings.keys()) {
            keys.add(CertifiedKey.read(files.certificate(), files.key()));
        }
        List<SslContext> contexts = new ArrayList<>();
        Map<String, SslContext> byName = new HashMap<>();
        try {
            for (CertifiedKey key : keys) {
                SslContext context = context(settings, key, trusted, applicationProtocol);
                contexts.add(context);
                key.hostNames().forEach(name -> byName.putIfAbsent(name, context));
            }
            return new TlsContext(contexts, byName, expiry(keys, trusted));
        } catch (SSLException | RuntimeException refused) {
            contexts.forEach(ReferenceCountUtil::release);
            throw refused;
        }
    }

    private static SslContext context(
            TlsSettings settings, CertifiedKey key, @Nullable TrustedAuthorities trusted, String applicationProtocol)
            throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forServer(
                        key.key(), key.chain().toArray(new X509Certificate[0]))
                .sslProvider(settings.provider().ofNetty())
                .protocols(
                        settings.versions().stream().map(TlsVersion::protocol).toList())
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        applicationProtocol))
                .clientAuth(
                        switch (settings.clientCertificates()) {
                            case OFF -> ClientAuth.NONE;
                            case OPTIONAL -> ClientAuth.OPTIONAL;
                            case REQUIRED -> ClientAuth.REQUIRE;
                        });
        if (!settings.ciphers().isEmpty()) {
            builder.ciphers(settings.ciphers());
        }
        if (trusted != null) {
            builder.trustManager(trusted.trustManagers());
        }
        return builder.build();
    }

    private static TlsExpiry expiry(List<CertifiedKey> keys, @Nullable TrustedAuthorities trusted) {
        return new TlsExpiry(
                firstEnd(keys.stream().flatMap(key -> key.chain().stream())),
                trusted == null ? null : firstEnd(trusted.authorities().stream()),
                trusted == null
                        ? null
                        : trusted.revocations().stream()
                                .map(X509CRL::getNextUpdate)
                                .filter(Objects::nonNull)
                                .map(Date::toInstant)
                                .min(Comparator.naturalOrder())
                                .orElse(null));
    }

    private static Instant firstEnd(Stream<X509Certificate> certificates) {
        return certificates
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
    }

    /** Until when it serves. */
    TlsExpiry expiry() {
        return expiry;
    }

    /** A handler for a client that names this host. */
    SslHandler newHandler(@Nullable String hostName, ByteBufAllocator allocator) {
        return of(hostName).newHandler(allocator);
    }

    private SslContext of(@Nullable String hostName) {
        if (hostName == null) {
            return contexts.getFirst();
        }
        String name = hostName.toLowerCase(Locale.ROOT);
        SslContext exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        SslContext wild = dot < 0 ? null : byName.get("*" + name.substring(dot));
        return wild == null ? contexts.getFirst() : wild;
    }

    /** No new connection will ask for it. */
    void release() {
        contexts.forEach(ReferenceCountUtil::release);
    }
}
