package io.github.x2i4j.engine;

import java.util.function.Supplier;

/**
 * Reading of mapped files. When somebody cuts such a file short, reading what is gone throws {@link InternalError} in the midst of
 * whatever reads; here it becomes an error that names the file. All reading of tensors that may be mapped is done inside
 * {@link #reading}, or it must expect that error.
 */
public final class Mapped {
    private Mapped() {
    }

    /** The file that a storage is a view of. */
    @FunctionalInterface
    public interface Source {
        /**
         * Checks that the file is as long as it was when it was mapped.
         *
         * @throws InvalidInputException naming the file, if it is not
         */
        void check();
    }

    /**
     * Does some work that reads tensors, and checks afterwards that their files were there to the end: the Java virtual machine may
     * tell of a fault late.
     *
     * @param read what is read; may hold nulls
     * @throws InvalidInputException naming the file, if one became shorter meanwhile
     */
    public static <T> T reading(Supplier<T> work, Tensor... read) {
        T result;
        try {
            result = work.get();
        } catch (InternalError fault) {
            try {
                check(read);
            } catch (InvalidInputException cut) {
                cut.addSuppressed(fault);
                throw cut;
            }
            throw fault;
        }
        check(read);
        return result;
    }

    private static void check(Tensor... read) {
        for (Tensor t : read) {
            if (t != null && t.storage() instanceof HostStorage host && host.source() != null) {
                host.source().check();
            }
        }
    }
}
