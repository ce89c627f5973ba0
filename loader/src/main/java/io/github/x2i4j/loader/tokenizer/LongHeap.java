package io.github.x2i4j.loader.tokenizer;

import java.util.Arrays;

/** Priority queue of longs, smallest first. */
final class LongHeap {
    private long[] heap = new long[16];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    void add(long value) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, Math.multiplyExact(2, size));
        }
        int i = size++;
        while (i > 0 && heap[i - 1 >>> 1] > value) {
            heap[i] = heap[i - 1 >>> 1];
            i = i - 1 >>> 1;
        }
        heap[i] = value;
    }

    /** Removes the smallest. */
    long poll() {
        long smallest = heap[0];
        long value = heap[--size];
        int i = 0;
        for (int child = 1; child < size; child = 2 * i + 1) {
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= value) {
                break;
            }
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = value;
        return smallest;
    }
}
