package io.pipit.acceptance;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import java.util.Set;
import java.util.regex.Pattern;

/** Holds the directions between the modules, and what each of them may know of the world. */
@AnalyzeClasses(packages = "io.pipit", importOptions = ArchitectureTest.WithoutTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule modules_pointDownwardOnly = Architectures.layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("mqtt")
            .definedBy("io.pipit.mqtt")
            .layer("tls")
            .definedBy("io.pipit.tls")
            .layer("client")
            .definedBy("io.pipit.client")
            .layer("broker")
            .definedBy("io.pipit.broker..")
            .layer("simulation")
            .definedBy("io.pipit.simulation")
            .layer("transport")
            .definedBy("io.pipit.transport")
            .layer("store")
            .definedBy("io.pipit.store")
            .layer("server")
            .definedBy("io.pipit.server")
            .layer("junit")
            .definedBy("io.pipit.junit")
            .layer("cli")
            .definedBy("io.pipit.cli")
            .whereLayer("mqtt")
            .mayNotAccessAnyLayer()
            .whereLayer("tls")
            .mayNotAccessAnyLayer()
            .whereLayer("client")
            .mayOnlyAccessLayers("mqtt", "tls")
            .whereLayer("broker")
            .mayOnlyAccessLayers("mqtt")
            .whereLayer("simulation")
            .mayOnlyAccessLayers("mqtt", "broker")
            .whereLayer("transport")
            .mayOnlyAccessLayers("mqtt", "tls", "broker")
            .whereLayer("store")
            .mayOnlyAccessLayers("mqtt", "broker")
            .whereLayer("server")
            .mayOnlyAccessLayers("mqtt", "tls", "broker", "transport", "store")
            .whereLayer("junit")
            .mayOnlyAccessLayers("mqtt", "client", "broker", "server")
            .whereLayer("cli")
            .mayOnlyAccessLayers("mqtt", "tls", "client", "broker", "store", "server", "simulation");

    @ArchTest
    static final ArchRule ports_knowNothingOfTheBrokerBehindThem = noClasses()
            .that()
            .resideInAPackage("io.pipit.broker.spi")
            .should()
            .dependOnClassesThat(name("io.pipit.broker.Broker").or(name("io.pipit.broker.Session")))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule netty_staysInTransport = noClasses()
            .that()
            .resideOutsideOfPackage("io.pipit.transport")
            .should()
            .dependOnClassesThat(
                    resideInAPackage("io.netty..").and(DescribedPredicate.not(resideInAPackage("io.netty.buffer"))))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule rocksDb_staysInStore = noClasses()
            .that()
            .resideOutsideOfPackage("io.pipit.store")
            .should()
            .dependOnClassesThat(resideInAPackage("org.rocksdb.."))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule byteBuf_staysInCodecTransportAndClient = noClasses()
            .that()
            .resideInAnyPackage("io.pipit.server", "io.pipit.cli")
            .should()
            .dependOnClassesThat(resideInAPackage("io.netty.."))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule broker_readsNoClockOfItsOwn = noClasses()
            .that()
            .resideInAnyPackage("io.pipit.mqtt", "io.pipit.broker..")
            .should()
            .accessTargetWhere(readsTime())
            .because("time comes from the Clock of io.pipit.broker.spi")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule broker_startsNoThread = noClasses()
            .that()
            .resideInAnyPackage("io.pipit.mqtt", "io.pipit.broker..")
            .should()
            .dependOnClassesThat(name("java.util.concurrent.Executors")
                    .or(name("java.util.concurrent.CompletableFuture"))
                    .or(name("java.util.Timer")))
            .because("everything in the broker runs on the Loop that it was given")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule libraries_leaveTheProcessToTheProgramAroundThem = noClasses()
            .that()
            .resideOutsideOfPackage("io.pipit.cli")
            .should()
            .accessTargetWhere(changesTheProcess())
            .orShould()
            .dependOnClassesThat(resideInAPackage("ch.qos.logback.."))
            .because("they run inside of any program: exit, properties, hooks and the log are that program's own");

    @ArchTest
    static final ArchRule packets_areRecords = classes()
            .that(assignableToPacket())
            .and()
            .areNotInterfaces()
            .should()
            .beRecords()
            .allowEmptyShould(true);

    /** Leaves out tests, also those that another module's tests use as a jar. */
    static final class WithoutTests implements ImportOption {
        private static final Pattern TESTS = Pattern.compile(".*(/test-classes/|-tests\\.jar!).*");

        @Override
        public boolean includes(Location location) {
            return !location.matches(TESTS);
        }
    }

    private static DescribedPredicate<JavaClass> assignableToPacket() {
        return assignableTo(name("io.pipit.mqtt.Packet"));
    }

    private static DescribedPredicate<JavaAccess<?>> changesTheProcess() {
        return DescribedPredicate.describe("change the process", access -> {
            String member = access.getName();
            return switch (access.getTargetOwner().getName()) {
                case "java.lang.System" ->
                    Set.of("exit", "setProperty", "setProperties", "clearProperty", "setOut", "setErr")
                            .contains(member);
                case "java.lang.Runtime" ->
                    Set.of("exit", "halt", "addShutdownHook").contains(member);
                case "java.lang.Thread" -> member.equals("setDefaultUncaughtExceptionHandler");
                default -> false;
            };
        });
    }

    private static DescribedPredicate<JavaAccess<?>> readsTime() {
        return DescribedPredicate.describe("reads the time", access -> {
            String owner = access.getTargetOwner().getName();
            String member = access.getName();
            return switch (owner) {
                case "java.lang.System" -> member.equals("nanoTime") || member.equals("currentTimeMillis");
                case "java.time.Clock" -> member.startsWith("system") || member.startsWith("tick");
                default -> owner.startsWith("java.time.") && member.equals("now");
            };
        });
    }
}
