package io.github.x2i4j.engine.memory;

import io.github.x2i4j.engine.Storage;
import io.github.x2i4j.engine.Tensor;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The memory that a scope owns, whatever device it is of: given back when the scope closes, or handed to the enclosing scope. */
public final class OwnedBlocks {
    private final OwnedBlocks parent;
    private final Consumer<Block> giveBack;
    private final Map<Storage, Block> owned = new IdentityHashMap<>();
    private boolean closed;

    /**
     * @param parent what the enclosing scope owns, or null for an outermost scope
     * @param giveBack takes a block that nobody may touch any more
     */
    public OwnedBlocks(OwnedBlocks parent, Consumer<Block> giveBack) {
        this.parent = parent;
        this.giveBack = giveBack;
    }

    /** @throws IllegalStateException if the scope has been closed */
    public void checkOpen() {
        if (closed) {
            throw new IllegalStateException("scope used after it was closed");
        }
    }

    /** From now on the scope owns a block, which lies behind a storage. */
    public void own(Storage storage, Block block) {
        owned.put(storage, block);
    }

    /** See {@link io.github.x2i4j.engine.Scope#escape}. */
    public Tensor escape(Tensor t) {
        checkOpen();
        if (parent != null) {
            Block block = owned.get(t.storage());
            if (block != null) {
                parent.checkOpen();
                owned.remove(t.storage());
                parent.own(t.storage(), block);
            }
        }
        return t;
    }

    /** Gives everything back; every later access to a storage fails. Closing again does nothing. */
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<Block> blocks = List.copyOf(owned.values());
        owned.keySet().forEach(Storage::release);
        owned.clear();
        GiveBack.each(blocks, giveBack);
    }
}
