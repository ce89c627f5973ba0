package io.github.x2i4j.loader.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The values, marks and kept values of a pickle machine, each with a bound: no number of the file makes them large. */
final class PickleStack {
    private static final int MAX_MARKS = 100_000;
    /** Values that wait; picklers write containers in batches of 1000. */
    private static final int MAX_VALUES = 1_000_000;
    /** Kept values; picklers number them from 0 on, about eight for each tensor. */
    private static final int MAX_MEMO = 1 << 22;
    /** Stands among the kept values for null. */
    private static final Object NONE = new Object();

    /** What a pickle did wrong with its stack. */
    static final class StackException extends Exception {
        StackException(String message) {
            super(message);
        }
    }

    private final List<Object> values = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private Object[] memo = new Object[256];
    private int kept;

    boolean isEmpty() {
        return values.isEmpty() && marks.isEmpty();
    }

    void push(Object value) throws StackException {
        if (values.size() == MAX_VALUES) {
            throw new StackException("the pickle piles up more than " + MAX_VALUES + " values");
        }
        values.add(value);
    }

    Object top() throws StackException {
        int floor = marks.isEmpty() ? 0 : marks.getLast();
        if (values.size() <= floor) {
            throw new StackException("the pickle takes a value from an empty stack");
        }
        return values.getLast();
    }

    Object pop() throws StackException {
        Object value = top();
        values.removeLast();
        return value;
    }

    void mark() throws StackException {
        if (marks.size() == MAX_MARKS) {
            throw new StackException("the pickle nests deeper than " + MAX_MARKS + " levels");
        }
        marks.add(values.size());
    }

    List<Object> popToMark() throws StackException {
        if (marks.isEmpty()) {
            throw new StackException("the pickle goes back to a mark that is not there");
        }
        List<Object> tail = values.subList(marks.removeLast(), values.size());
        List<Object> taken = new ArrayList<>(tail);
        tail.clear();
        return taken;
    }

    void keep(long index) throws StackException {
        if (index >= MAX_MEMO) {
            throw new StackException("the pickle keeps value " + index + ", at most " + MAX_MEMO + " are kept");
        }
        int i = (int) index;
        if (i >= memo.length) {
            memo = Arrays.copyOf(memo, Math.min(MAX_MEMO, Math.max(i + 1, 2 * memo.length)));
        }
        Object value = top();
        if (memo[i] == null) {
            kept++;
        }
        memo[i] = value == null ? NONE : value;
    }

    void keep() throws StackException {
        keep(kept);
    }

    void recall(long index) throws StackException {
        Object value = index < memo.length ? memo[(int) index] : null;
        if (value == null) {
            throw new StackException("the pickle recalls value " + index + ", which it never kept");
        }
        push(value == NONE ? null : value);
    }
}
