/** What the commands share. */
package io.github.x2i4j.app;
