/**
 * The library in one class: {@link io.github.x2i4j.model.X2i}.
 *
 * <pre>{@code
 * try (X2i x2i = X2i.open(Path.of("bundle"))) {
 *     X2iPicture picture = x2i.generate("red apple on a blue background");
 *     Files.write(Path.of("apple.png"), picture.toPng());
 * }
 * }</pre>
 */
package io.github.x2i4j.model;
