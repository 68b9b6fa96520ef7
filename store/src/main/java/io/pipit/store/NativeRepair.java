package io.pipit.store;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;

/**
 * RocksDB's repair of a database, which its Java interface leaves out: called by its C interface, in the library that
 * was loaded for Java.
 */
@SuppressWarnings("restricted") // as is loading that library
final class NativeRepair {
    private static final int LONGEST_MESSAGE = 4096;

    private NativeRepair() {}

    /** Makes a manifest anew from the table files and the log that are there. */
    static void run(Path database) throws RocksDBException {
        FunctionDescriptor pointer = FunctionDescriptor.of(ValueLayout.ADDRESS);
        FunctionDescriptor three =
                FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
        FunctionDescriptor one = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS);
        String fault;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment options =
                    (MemorySegment) function("rocksdb_options_create", pointer).invokeExact();
            MemorySegment error = arena.allocate(ValueLayout.ADDRESS);
            function("rocksdb_repair_db", three).invokeExact(options, arena.allocateFrom(database.toString()), error);
            function("rocksdb_options_destroy", one).invokeExact(options);
            MemorySegment message = error.get(ValueLayout.ADDRESS, 0);
            if (message.equals(MemorySegment.NULL)) {
                return;
            }
            fault = message.reinterpret(LONGEST_MESSAGE).getString(0);
            function("rocksdb_free", one).invokeExact(message);
        } catch (RocksDBException known) {
            throw known;
        } catch (Throwable unexpected) { // as a method handle declares
            throw new IllegalStateException("RocksDB's repair cannot be called", unexpected);
        }
        throw new RocksDBException("RocksDB cannot repair " + database + ": " + fault);
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) throws RocksDBException {
        MemorySegment symbol = SymbolLookup.loaderLookup()
                .find(name)
                .orElseThrow(
                        () -> new RocksDBException("RocksDB's library on this machine has no repair (" + name + ")"));
        return Linker.nativeLinker().downcallHandle(symbol, descriptor);
    }
}
