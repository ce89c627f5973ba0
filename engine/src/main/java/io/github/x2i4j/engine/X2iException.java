package io.github.x2i4j.engine;

/**
 * An error that a user can act on. Its message is one clear sentence that names the file, option, tensor or field, and the
 * remedy; programs show it without a stack trace.
 */
public class X2iException extends RuntimeException {
    public X2iException(String message) {
        super(message);
    }

    public X2iException(String message, Throwable cause) {
        super(message, cause);
    }
}
