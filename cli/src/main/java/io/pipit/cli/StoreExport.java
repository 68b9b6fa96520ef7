package io.pipit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pipit.broker.CorruptRowException;
import io.pipit.broker.StoredRow;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.StoredTables;
import io.pipit.broker.spi.Table;
import java.io.IOException;

/** Writes every row of a store: a line that names the form, the rows, a line with their number. */
final class StoreExport {
    static final String FORM = "pipit-export 1";

    private final StoredTables store;
    private final JsonLines out;
    private long rows;

    StoreExport(StoredTables store, JsonLines out) {
        this.store = store;
        this.out = out;
    }

    void run() throws IOException {
        out.line(JsonLines.object().put("export", FORM));
        for (Table table : Table.values()) {
            store.each(table, row -> {
                rows++;
                out.line(json(table, row));
            });
        }
        out.line(JsonLines.object().put("rows", rows));
    }

    private static ObjectNode json(Table table, Row row) {
        try {
            return StoredRowJson.of(StoredRow.decode(table, row));
        } catch (CorruptRowException noMeaning) {
            return StoredRowJson.ofBytes(table, row);
        }
    }
}
