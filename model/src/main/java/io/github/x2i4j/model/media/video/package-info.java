/** MP4 files with H.264 video: which frames are chosen, and their RGB pixels. */
package io.github.x2i4j.model.media.video;
