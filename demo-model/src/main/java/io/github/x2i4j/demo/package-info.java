/** The demo bundle, unpacked to a cache folder on first use. */
package io.github.x2i4j.demo;
