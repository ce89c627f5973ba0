package io.github.x2i4j.engine;

/** A file, option or request that is wrong: missing, truncated, misshaped, out of range. */
public class InvalidInputException extends X2iException {
    public InvalidInputException(String message) {
        super(message);
    }

    public InvalidInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
