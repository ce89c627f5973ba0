package io.github.x2i4j.loader.hostile;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests with input made to do harm: each case is stopped where it hangs, see {@link Watchdog}. The module's tests have a heap of 256 MB. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(Watchdog.class)
public @interface Hostile {
}
