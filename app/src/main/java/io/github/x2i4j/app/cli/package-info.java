/** The command line. */
package io.github.x2i4j.app.cli;
