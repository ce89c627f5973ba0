package io.github.x2i4j.loader.torch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The values, marks and kept values of a pickle machine. Nothing here grows by a number from the file. */
final class PickleStack {
    private static final int MAX_MARKS = 100_000;

    /** What a pickle did wrong with its stack. */
    static final class StackException extends Exception {
        StackException(String message) {
            super(message);
        }
    }

    private final List<Object> values = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Long, Object> memo = new HashMap<>();

    boolean isEmpty() {
        return values.isEmpty() && marks.isEmpty();
    }

    void push(Object value) {
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
        memo.put(index, top());
    }

    void keep() throws StackException {
        keep(memo.size());
    }

    void recall(long index) throws StackException {
        if (!memo.containsKey(index)) {
            throw new StackException("the pickle recalls value " + index + ", which it never kept");
        }
        push(memo.get(index));
    }
}
