/** The text that an MLLM reads: X2I's prompt styles and the families' chat templates. */
package io.github.x2i4j.model.prompt;
