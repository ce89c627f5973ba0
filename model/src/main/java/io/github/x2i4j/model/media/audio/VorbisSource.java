package io.github.x2i4j.model.media.audio;

import com.jcraft.jogg.Packet;
import com.jcraft.jogg.Page;
import com.jcraft.jogg.StreamState;
import com.jcraft.jogg.SyncState;
import com.jcraft.jorbis.Block;
import com.jcraft.jorbis.Comment;
import com.jcraft.jorbis.DspState;
import com.jcraft.jorbis.Info;
import java.io.IOException;

/** Vorbis in Ogg, decoded by JOrbis up to the frame at which its last page says it ends. */
final class VorbisSource implements PcmSource {
    private static final int CHUNK = 8192;
    private static final int MAGIC_BYTES = 7;
    private static final int IDENTIFICATION_BYTES = 30;

    private final AudioInput in;
    private final SyncState sync = new SyncState();
    private final StreamState stream = new StreamState();
    private final Page page = new Page();
    private final Packet packet = new Packet();
    private final Info info = new Info();
    private final DspState dsp = new DspState();
    private final Block block = new Block(dsp);
    private final float[][][] pcm = new float[1][][];
    private final int[] index;
    /** Decoded frames that are not handed on yet. */
    private int ready;
    private long decoded;
    /** What the stream counts as the position of the first frame: it may be a part of a longer one. */
    private long origin = -1;
    private boolean first = true;
    private boolean ended;
    /** Whether a page has been read. */
    private boolean begun;

    VorbisSource(AudioInput in) throws IOException {
        this.in = in;
        sync.init();
        try {
            headers();
        } catch (IndexOutOfBoundsException | NegativeArraySizeException | NullPointerException | ArithmeticException e) {
            throw corrupt(e);
        }
        index = new int[info.channels];
    }

    private void headers() throws IOException {
        if (!nextPage()) {
            throw new CorruptAudioException("is an Ogg file without a page");
        }
        stream.init(page.serialno());
        stream.pagein(page);
        info.init();
        if (stream.packetout(packet) != 1 || packet.bytes < MAGIC_BYTES || packet.packet_base[packet.packet] != 1
                || !AudioInput.startsWith(packet.packet_base, packet.packet + 1, "vorbis")) {
            throw new UnsupportedAudioException("is an Ogg file that begins with something else than Vorbis, which is not read; convert it"
                    + " to WAV, MP3 or Ogg Vorbis");
        }
        // The comments stay unread: JOrbis would allocate what they claim to be long.
        Comment comment = new Comment();
        comment.init();
        comment.vendor = new byte[1];
        if (packet.bytes < IDENTIFICATION_BYTES || info.synthesis_headerin(comment, packet) != 0) {
            throw corrupt(null);
        }
        int largestBlock = VorbisSetup.largestBlock(packet.packet_base, packet.packet);
        check(VorbisSetup.refusal(info.channels, largestBlock));
        if (!nextPacket() || !nextPacket()) {
            throw corrupt(null);
        }
        check(VorbisSetup.refusal(packet.packet_base, packet.packet, packet.bytes, (long) info.channels * largestBlock / 2));
        if (info.synthesis_headerin(comment, packet) != 0) {
            throw corrupt(null);
        }
        dsp.synthesis_init(info);
        block.init(dsp);
    }

    private static void check(String refusal) throws CorruptAudioException {
        if (refusal != null) {
            throw new CorruptAudioException("is a corrupt Ogg Vorbis file: " + refusal);
        }
    }

    /**
     * Reads the next page; false at the end of the file.
     *
     * @throws UnsupportedAudioException if another stream begins there: side by side with the first or after it
     */
    private boolean nextPage() throws IOException {
        boolean found = anyPage();
        if (found && page.bos() != 0 && begun) {
            throw new UnsupportedAudioException("is an Ogg file of several streams, of which only the first would be heard; convert it to WAV"
                    + ", or split it");
        }
        begun = true;
        return found;
    }

    private boolean anyPage() throws IOException {
        while (true) {
            int found = sync.pageout(page);
            if (found == 1) {
                return true;
            }
            if (found < 0) {
                throw corrupt(null);
            }
            int at = sync.buffer(CHUNK);
            byte[] chunk = new byte[CHUNK];
            int n = in.read(chunk, CHUNK);
            if (n == 0) {
                if (sync.getBufferOffset() > sync.getDataOffset()) {
                    throw in.truncated();
                }
                return false;
            }
            System.arraycopy(chunk, 0, sync.data, at, n);
            sync.wrote(n);
        }
    }

    private boolean nextPacket() throws IOException {
        int found = stream.packetout(packet);
        while (found == 0) {
            if (!nextPage()) {
                return false;
            }
            stream.pagein(page);
            found = stream.packetout(packet);
        }
        if (found < 0) {
            throw corrupt(null);
        }
        return true;
    }

    @Override
    public PcmFormat format() {
        return new PcmFormat(info.rate, info.channels, -1);
    }

    @Override
    public int read(float[] interleaved, int count) throws IOException {
        while (ready == 0 && !ended) {
            if (nextPacket()) {
                decode();
            } else {
                ended = true;
            }
            if (ended) {
                checkRest();
            }
        }
        if (ready == 0) {
            return -1;
        }
        int n = Math.min(count, ready);
        dsp.synthesis_pcmout(pcm, index);
        int channels = info.channels;
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < n; i++) {
                interleaved[i * channels + c] = pcm[0][c][index[c] + i];
            }
        }
        dsp.synthesis_read(n);
        ready -= n;
        return n;
    }

    /** Behind the end no stream may follow; other bytes there are of no concern. */
    private void checkRest() throws IOException {
        try {
            while (nextPage()) {
                // a page without a sound
            }
        } catch (CorruptAudioException e) {
            // no page
        }
    }

    private void decode() throws CorruptAudioException {
        if (packet.bytes == 0) {
            return;
        }
        ended = packet.e_o_s != 0;
        // The end is cut below: JOrbis does so only where an earlier page told it a position.
        packet.e_o_s = 0;
        try {
            if (block.synthesis(packet) != 0) {
                throw corrupt(null);
            }
            dsp.synthesis_blockin(block);
        } catch (IndexOutOfBoundsException | NegativeArraySizeException | NullPointerException | ArithmeticException e) {
            throw corrupt(e);
        }
        int n = dsp.synthesis_pcmout(pcm, index);
        if (first) {
            // A block is whole only once the next one overlaps it.
            dsp.synthesis_read(n);
            n = 0;
            first = false;
        }
        ready = ended ? (int) Math.clamp(end() - decoded, 0, n) : n;
        decoded += n;
        if (origin < 0 && packet.granulepos >= 0) {
            origin = Math.max(0, packet.granulepos - decoded);
        }
    }

    /** Frames in all, as the last page tells. */
    private long end() {
        return packet.granulepos < 0 ? Long.MAX_VALUE : packet.granulepos - Math.max(0, origin);
    }

    private CorruptAudioException corrupt(Exception cause) {
        return new CorruptAudioException("is a corrupt Ogg Vorbis file: what stands before byte " + in.position()
                + " cannot be decoded", cause);
    }
}
