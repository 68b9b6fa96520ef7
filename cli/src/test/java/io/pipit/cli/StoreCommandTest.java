package io.pipit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pipit.broker.StoredRow;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Table;
import io.pipit.server.Pipit;
import io.pipit.store.StoppedStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code pipit store} on what a broker has left. */
final class StoreCommandTest {
    private static final int MANY = 9;

    @TempDir
    private Path directory;

    private final ObjectMapper mapper = new ObjectMapper();

    /** Nine clients are offline, and messages of all kinds wait for them; one is retained. */
    @BeforeEach
    void aBrokerStops() throws Exception {
        try (Pipit pipit = start(data())) {
            for (int i = 0; i < MANY; i++) {
                run(pipit, "sub -c -i bob%d -q 2 -t to/# -E".formatted(i));
            }
            run(pipit, "pub -q 1 -t to/all -m first");
            run(
                    pipit,
                    "pub -q 2 -t to/all -m second -V 5 -D publish user-property name value"
                            + " -D publish content-type text/plain -D publish message-expiry-interval 3600");
            run(pipit, "pub -q 1 -r -t kept -m value");
        }
    }

    private Path data() {
        return directory.resolve("data");
    }

    private static Pipit start(Path data) throws Exception {
        return Pipit.builder().port(0).data(data).start();
    }

    private static String run(Pipit pipit, String command) throws InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
        arguments.addAll(List.of("-p", Integer.toString(pipit.port())));
        CapturedTerminal.Run run = CapturedTerminal.run(arguments.toArray(new String[0]));
        assertThat(run.status()).as("%s: %s", command, run.err()).isZero();
        return run.out();
    }

    private CapturedTerminal.Run store(String action, Path data) throws InterruptedException {
        return CapturedTerminal.run("store", action, "--data", data.toString());
    }

    private List<JsonNode> lines(CapturedTerminal.Run run) throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : run.out().lines().toList()) {
            lines.add(mapper.readTree(line));
        }
        return lines;
    }

    @Test
    void verify_ofWhatABrokerLeaves_findsNothing() throws Exception {
        CapturedTerminal.Run run = store("verify", data());
        assertThat(run.out())
                .isEqualToIgnoringNewLines(
                        "{\"summary\":\"verify\",\"rows\":43,\"faults\":0,\"garbage\":0,\"set-aside\":0}");
        assertThat(run.status()).isZero();
    }

    @Test
    void verify_withACounterThatIsWrong_saysSo_andRepairSetsIt() throws Exception {
        changeCounter(-3);
        CapturedTerminal.Run run = store("verify", data());
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(lines(run).getFirst().path("finding").asText()).isEqualTo("fault");
        assertThat(lines(run).getFirst().path("text").asText()).endsWith("is 6, and 9 entries refer to it");

        CapturedTerminal.Run repair = store("repair", data());
        assertThat(repair.status()).isZero();
        assertThat(lines(repair).getFirst().path("remedy").asText()).isEqualTo("set to 9");
        assertThat(store("verify", data()).status()).isZero();
    }

    private void changeCounter(long amount) throws Exception {
        try (StoppedStore store = StoppedStore.openExisting(data())) {
            List<StoredRow.References> counters = new ArrayList<>();
            store.each(Table.MESSAGES, row -> {
                if (StoredRow.decode(Table.MESSAGES, row) instanceof StoredRow.References found) {
                    counters.add(found);
                }
            });
            StoredRow.References first = counters.getFirst();
            Batch batch = new Batch(Batch.Urgency.DURABLE);
            new StoredRow.References(first.number(), first.count() + amount).put(batch);
            store.commit(batch);
        }
    }

    @Test
    void stats_sayWhatTakesRoom_andWhatFor() throws Exception {
        List<JsonNode> lines = lines(store("stats", data()));
        assertThat(lines)
                .anyMatch(line -> line.path("cause").asText().equals("queued-messages")
                        && line.path("rows").asLong() == 2 * MANY + 4)
                .anyMatch(line -> line.path("table").asText().equals("SESSIONS")
                        && line.path("rows").asLong() == MANY)
                .anyMatch(line -> line.path("queue").asText().startsWith("bob")
                        && line.path("rows").asLong() == 2)
                .anyMatch(line -> line.path("disk").asText().equals("all")
                        && line.path("bytes").asLong() > 0);
    }

    @Test
    void export_importedAndExportedAgain_isTheSame_andABrokerDeliversIt() throws Exception {
        try (StoppedStore store = StoppedStore.openExisting(data())) {
            store.commit(new Batch(Batch.Urgency.DURABLE).put(Table.RETAINED, "odd".getBytes(UTF_8), new byte[] {9}));
        }
        CapturedTerminal.Run exported = store("export", data());
        assertThat(exported.status()).isZero();
        assertThat(exported.out())
                .startsWith("{\"export\":\"pipit-export 1\"}\n")
                .contains("\"row\":\"bytes\"");

        Path other = directory.resolve("other");
        CapturedTerminal.Run imported =
                CapturedTerminal.runWithInput(exported.out(), "store", "import", "--data", other.toString());
        assertThat(imported.err()).isEmpty();
        assertThat(imported.out()).isEqualTo("{\"summary\":\"import\",\"rows\":44}\n");
        assertThat(store("export", other).out()).isEqualTo(exported.out());

        try (Pipit pipit = start(other)) {
            assertThat(run(pipit, "sub -c -i bob3 -q 2 -t to/# -C 2 -W 20 -F %t:%q:%p"))
                    .isEqualTo("to/all:1:first\nto/all:2:second\n");
            assertThat(run(pipit, "sub -t kept -C 1 -W 20 -F %r:%p")).isEqualTo("1:value\n");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"export\":\"pipit-export 7\"}|line 1 of the input: it does not begin with",
                "{\"export\":\"pipit-export 1\"}|line 2 of the input: it is not complete",
                "{\"export\":\"pipit-export 1\"}\\n{\"row\":\"epoch\"}|line 2 of the input: the field \"epoch\" is missing",
                "{\"export\":\"pipit-export 1\"}\\n{\"row\":\"epoch\",\"epoch\":1,\"x\":1}|line 2 of the input: the field \"x\" is unknown",
                "{\"export\":\"pipit-export 1\"}\\n{\"row\":\"epoch\",\"epoch\":\"1\"}|the field \"epoch\" is \"1\", which is no whole number",
                "{\"export\":\"pipit-export 1\"}\\n{\"row\":\"epoch\",\"epoch\":1}\\n{\"rows\":2}|line 3 of the input: it is not complete"
            })
    void import_ofSomethingElse_saysWhere_andImportsNothing(String input, String why) throws Exception {
        Path other = directory.resolve("other");
        CapturedTerminal.Run run = CapturedTerminal.runWithInput(
                input.replace("\\n", "\n"), "store", "import", "--data", other.toString());
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).contains(why);
        assertThat(lines(store("export", other))).hasSize(2);
    }

    @Test
    void import_intoAStoreWithRows_isRefused() throws Exception {
        CapturedTerminal.Run run = CapturedTerminal.runWithInput("", "store", "import", "--data", data().toString());
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).contains("there are rows in this store already");
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify", "stats", "repair", "export", "import"})
    void whileABrokerRuns_eachEndsWithFive_andNamesTheProcess(String action) throws Exception {
        try (Pipit pipit = start(data())) {
            CapturedTerminal.Run run = store(action, data());
            assertThat(pipit.port()).isPositive();
            assertThat(run.status()).isEqualTo(ServeCommand.DATA_UNUSABLE);
            assertThat(run.err()).contains("process " + ProcessHandle.current().pid() + " uses it");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify", "stats", "repair", "export"})
    void whereThereIsNoStore_eachEndsWithFive_andMakesNone(String action) throws Exception {
        Path empty = Files.createDirectory(directory.resolve("empty"));
        CapturedTerminal.Run run = store(action, empty);
        assertThat(run.status()).isEqualTo(ServeCommand.DATA_UNUSABLE);
        assertThat(run.err()).contains("there is no store in");
        assertThat(empty).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                     | verify, stats, repair, export or import?",
                "check                  | there is no action 'check'",
                "verify stats           | one action, please: 'verify' or 'stats'?",
                "verify --deep          | there is no flag --deep",
                "verify --data none     | data is none"
            })
    void wrongFlags_areNamed(String flags, String why) throws Exception {
        CapturedTerminal.Run run =
                CapturedTerminal.run(("store " + flags).strip().split(" "));
        assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).startsWith("pipit store: " + why);
    }
}
