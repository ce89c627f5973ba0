/** What a request needs of memory, told before it runs, and a budget kept while it does. */
package io.github.x2i4j.model.memory;
