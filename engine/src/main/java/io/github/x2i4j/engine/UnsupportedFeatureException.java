package io.github.x2i4j.engine;

/** Something valid that this version does not do; the message says what would work instead. */
public class UnsupportedFeatureException extends X2iException {
    public UnsupportedFeatureException(String message) {
        super(message);
    }
}
