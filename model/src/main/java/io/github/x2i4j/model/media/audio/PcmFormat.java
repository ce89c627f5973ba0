package io.github.x2i4j.model.media.audio;

/**
 * What a sound says of its samples.
 *
 * @param sampleRate frames (one sample for each channel) in a second
 * @param frames frames in all, or -1 where only reading to the end can tell
 */
record PcmFormat(int sampleRate, int channels, long frames) {
}
