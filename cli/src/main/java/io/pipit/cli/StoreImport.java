package io.pipit.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pipit.broker.StoredRow;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.StoredTables;
import io.pipit.broker.spi.Table;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads what {@link StoreExport} wrote into a store without rows. When that fails, the store has no rows again. */
final class StoreImport {
    private static final int BATCH_BYTES = 4 << 20;
    /** Longer keys do not exist. */
    private static final int LONGEST_KEY = 70_000;

    private final StoredTables store;
    private final InputStream in;
    private final ObjectMapper mapper = new ObjectMapper();
    private Batch batch = new Batch(Batch.Urgency.DURABLE);
    private long line;
    private long rows;

    StoreImport(StoredTables store, InputStream in) {
        this.store = store;
        this.in = in;
    }

    /**
     * Reads all of it.
     *
     * @return how many rows
     * @throws IOException when the store has rows, or the input is not what it should be; the message names the line
     */
    long run() throws IOException {
        for (Table table : Table.values()) {
            if (!store.scan(table, new byte[0], 1).isEmpty()) {
                throw new IOException("there are rows in this store already; import into another directory (--data)");
            }
        }
        try {
            readAll();
            store.commit(batch);
            return rows;
        } catch (JsonFields.WrongException wrong) {
            removeAll();
            throw new IOException("line " + line + " of the input: " + wrong.getMessage() + "; nothing was imported");
        } catch (IOException failed) {
            removeAll();
            throw failed;
        }
    }

    private void removeAll() throws IOException {
        byte[] end = new byte[LONGEST_KEY];
        Arrays.fill(end, (byte) 0xFF);
        Batch removal = new Batch(Batch.Urgency.DURABLE);
        for (Table table : Table.values()) {
            removal.deleteRange(table, new byte[0], end);
        }
        store.commit(removal);
    }

    private void readAll() throws IOException, JsonFields.WrongException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        ObjectNode first = next(lines);
        if (first == null || !first.path("export").asText().equals(StoreExport.FORM)) {
            throw new JsonFields.WrongException("it does not begin with {\"export\":\"" + StoreExport.FORM + "\"}");
        }
        ObjectNode json = next(lines);
        while (json != null && json.has("row")) {
            StoredRowJson.read(json, new Adding());
            rows++;
            if (batch.bytes() > BATCH_BYTES) {
                store.commit(batch);
                batch = new Batch(Batch.Urgency.DURABLE);
            }
            json = next(lines);
        }
        if (json == null || new JsonFields(json).number("rows") != rows) {
            throw new JsonFields.WrongException("it is not complete: {\"rows\":" + rows + "} is expected at its end");
        }
    }

    private @Nullable ObjectNode next(BufferedReader lines) throws IOException, JsonFields.WrongException {
        String text = lines.readLine();
        line++;
        if (text == null) {
            return null;
        }
        try {
            if (mapper.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException notJson) {
            throw new JsonFields.WrongException(notJson.getOriginalMessage());
        }
        throw new JsonFields.WrongException("it is no object");
    }

    private final class Adding implements StoredRowJson.Target {
        @Override
        public void row(StoredRow row) {
            row.put(batch);
        }

        @Override
        public void bytes(Table table, Row row) {
            batch.put(table, row.key(), row.value());
        }
    }
}
