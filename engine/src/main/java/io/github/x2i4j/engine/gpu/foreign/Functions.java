package io.github.x2i4j.engine.gpu.foreign;

import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;

/** Functions of one library, which all return a status. They are bound when first called. */
final class Functions {
    private final String library;
    private final SymbolLookup symbols;
    private final Map<String, MethodHandle> bound = new HashMap<>();

    /** @param library its name, for messages */
    Functions(String library, SymbolLookup symbols) {
        this.library = library;
        this.symbols = symbols;
    }

    /**
     * Calls a function. Its parameters are of the arguments' types: int, long (which also passes handles and addresses), float,
     * double, or a segment of native memory, passed by address.
     */
    int call(String name, Object... arguments) {
        MethodHandle handle = handle(name, arguments);
        try {
            return (int) handle.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError("a downcall throws nothing checked", t);
        }
    }

    private synchronized MethodHandle handle(String name, Object[] arguments) {
        return bound.computeIfAbsent(name, n -> {
            MemoryLayout[] parameters = new MemoryLayout[arguments.length];
            for (int i = 0; i < arguments.length; i++) {
                parameters[i] = layout(arguments[i]);
            }
            MemorySegment address = symbols.find(n).orElseThrow(() -> new UnsupportedFeatureException(library + " has no function " + n
                    + ": its version is not one that x2i4j knows; use CUDA 12 or 13, or the CPU (--device cpu)"));
            return Linker.nativeLinker().downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
        });
    }

    private static MemoryLayout layout(Object argument) {
        return switch (argument) {
            case Integer _ -> ValueLayout.JAVA_INT;
            case Long _ -> ValueLayout.JAVA_LONG;
            case Float _ -> ValueLayout.JAVA_FLOAT;
            case Double _ -> ValueLayout.JAVA_DOUBLE;
            case MemorySegment _ -> ValueLayout.ADDRESS;
            default -> throw new IllegalArgumentException("no argument of C: " + argument.getClass());
        };
    }
}
