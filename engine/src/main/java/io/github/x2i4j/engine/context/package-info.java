/** What all ops of an engine share. */
package io.github.x2i4j.engine.context;
