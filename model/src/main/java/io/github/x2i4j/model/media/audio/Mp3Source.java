package io.github.x2i4j.model.media.audio;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import javazoom.jl.decoder.Bitstream;
import javazoom.jl.decoder.Decoder;
import javazoom.jl.decoder.Header;
import javazoom.jl.decoder.JavaLayerException;
import javazoom.jl.decoder.Obuffer;

/**
 * MP3 (MPEG 1, 2 and 2.5 layer III). What the encoder added at both ends is cut where it tells how much that is (LAME's tag).
 * Frames are found here; JLayer decodes them one by one.
 */
final class Mp3Source implements PcmSource {
    /** JLayer's scale of a sample of 1. */
    private static final float SCALE = 32_700;
    /** Samples by which every decoder lags behind. */
    private static final int DECODER_DELAY = 529;
    private static final int VBRI_OFFSET = 36;
    private static final int DELAY_OFFSET = 21;
    private static final int ID3_HEADER = 10;

    private final AudioInput in;
    private final Mp3Frame first;
    private final Feed feed = new Feed();
    private final Bitstream bits = new Bitstream(feed);
    private final Decoder decoder = new Decoder();
    private final Samples samples;
    private final float[] held;
    private int heldFrom;
    private int heldTo;
    private int startCut;
    private int endCut;
    private boolean ended;

    Mp3Source(AudioInput in) throws IOException {
        this.in = in;
        skipId3();
        first = findFirst();
        byte[] frame = in.peek(first.bytes());
        if (isInfo(frame)) {
            in.skip(frame.length);
        }
        held = new float[(endCut + 2 * first.samples()) * first.channels()];
        samples = new Samples(first.samples(), first.channels());
        decoder.setOutputBuffer(samples);
    }

    private void skipId3() throws IOException {
        byte[] head = in.peek(ID3_HEADER);
        while (head.length == ID3_HEADER && AudioInput.startsWith(head, 0, "ID3")) {
            int size = (head[6] & 0x7F) << 21 | (head[7] & 0x7F) << 14 | (head[8] & 0x7F) << 7 | head[9] & 0x7F;
            boolean footer = (head[5] & 0x10) != 0;
            in.skip(ID3_HEADER + size + (footer ? ID3_HEADER : 0));
            head = in.peek(ID3_HEADER);
        }
    }

    /** The first header that another one follows where its frame ends, or the file's end does. */
    private Mp3Frame findFirst() throws IOException {
        while (in.remaining() >= Mp3Frame.HEADER_BYTES) {
            Mp3Frame frame = Mp3Frame.at(in.peek(Mp3Frame.HEADER_BYTES));
            if (frame != null && (in.remaining() == frame.bytes() || follows(frame))) {
                return frame;
            }
            in.skip(1);
        }
        throw new CorruptAudioException("holds no MP3 frames");
    }

    private boolean follows(Mp3Frame frame) throws IOException {
        byte[] ahead = in.peek(frame.bytes() + Mp3Frame.HEADER_BYTES);
        Mp3Frame next = ahead.length <= frame.bytes() ? null : Mp3Frame.at(Arrays.copyOfRange(ahead, frame.bytes(), ahead.length));
        return next != null && next.continues(frame);
    }

    /** Whether a frame holds no sound but what the encoder says about it; reads the samples to cut off it. */
    private boolean isInfo(byte[] frame) {
        if (AudioInput.startsWith(frame, VBRI_OFFSET, "VBRI")) {
            return true;
        }
        int at = first.tagOffset();
        if (!AudioInput.startsWith(frame, at, "Xing") && !AudioInput.startsWith(frame, at, "Info")) {
            return false;
        }
        int flags = at + 7 < frame.length ? frame[at + 7] : 0;
        int encoder = at + 8 + 4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1) + 4 * (flags >> 3 & 1);
        boolean known = AudioInput.startsWith(frame, encoder, "LAME") || AudioInput.startsWith(frame, encoder, "Lavc")
                || AudioInput.startsWith(frame, encoder, "Lavf");
        int delays = encoder + DELAY_OFFSET;
        if (known && delays + 3 <= frame.length) {
            int middle = frame[delays + 1] & 0xFF;
            startCut = ((frame[delays] & 0xFF) << 4 | middle >> 4) + DECODER_DELAY;
            endCut = Math.max(0, ((middle & 15) << 8 | frame[delays + 2] & 0xFF) - DECODER_DELAY);
        }
        return true;
    }

    @Override
    public PcmFormat format() {
        return new PcmFormat(first.sampleRate(), first.channels(), -1);
    }

    @Override
    public int read(float[] interleaved, int count) throws IOException {
        while (!ended && heldTo - heldFrom <= endCut) {
            decodeNext();
        }
        int n = Math.min(count, heldTo - heldFrom - endCut);
        if (n <= 0) {
            return -1;
        }
        System.arraycopy(held, heldFrom * first.channels(), interleaved, 0, n * first.channels());
        heldFrom += n;
        return n;
    }

    private void decodeNext() throws IOException {
        Mp3Frame frame = nextFrame();
        if (frame == null) {
            ended = true;
            return;
        }
        feed.frame(in.bytes(frame.bytes()));
        decode();
        int cut = Math.min(startCut, frame.samples());
        startCut -= cut;
        int channels = first.channels();
        System.arraycopy(held, heldFrom * channels, held, 0, (heldTo - heldFrom) * channels);
        heldTo -= heldFrom;
        heldFrom = 0;
        int n = frame.samples() - cut;
        System.arraycopy(samples.interleaved, cut * channels, held, heldTo * channels, n * channels);
        heldTo += n;
    }

    /** The header of the next frame, which is not read yet; what stands between frames, tags at the end among it, is passed over. */
    private Mp3Frame nextFrame() throws IOException {
        while (in.remaining() >= Mp3Frame.HEADER_BYTES) {
            Mp3Frame frame = Mp3Frame.at(in.peek(Mp3Frame.HEADER_BYTES));
            if (frame != null && frame.continues(first)) {
                return frame;
            }
            in.skip(1);
        }
        return null;
    }

    /** Where a frame builds on one that is missing, JLayer writes nothing: it is silent then. */
    private void decode() throws CorruptAudioException {
        try {
            Header header = bits.readFrame();
            if (header == null) {
                throw corrupt(null);
            }
            decoder.decodeFrame(header, bits);
            bits.closeFrame();
        } catch (JavaLayerException | RuntimeException e) {
            // JLayer trusts what it reads: a corrupt frame leads it beyond its tables, into divisions by zero and so on.
            throw corrupt(e);
        }
    }

    private CorruptAudioException corrupt(Exception cause) {
        return new CorruptAudioException("is a corrupt MP3 file: the frame before byte " + in.position() + " cannot be decoded", cause);
    }

    /** Hands JLayer one frame, after which the stream seems to end, so that it does not look for another one itself. */
    private static final class Feed extends InputStream {
        private ByteArrayInputStream frame = new ByteArrayInputStream(new byte[0]);

        void frame(byte[] bytes) {
            frame = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() {
            return frame.read();
        }

        @Override
        public int read(byte[] to, int from, int length) {
            return frame.read(to, from, length);
        }
    }

    /** Takes the samples of one frame as they are, without rounding them to 16 bits. */
    private static final class Samples extends Obuffer {
        private final float[] interleaved;
        private final int[] written;

        Samples(int frames, int channels) {
            interleaved = new float[frames * channels];
            written = new int[channels];
        }

        @Override
        public void append(int channel, short value) {
            put(channel, value);
        }

        @Override
        public void appendSamples(int channel, float[] values) {
            for (float value : values) {
                put(channel, value);
            }
        }

        private void put(int channel, float value) {
            interleaved[written[channel]++ * written.length + channel] = value / SCALE;
        }

        @Override
        public void clear_buffer() {
            Arrays.fill(interleaved, 0);
            Arrays.fill(written, 0);
        }

        @Override
        public void write_buffer(int value) {
        }

        @Override
        public void close() {
        }

        @Override
        public void set_stop_flag() {
        }
    }
}
