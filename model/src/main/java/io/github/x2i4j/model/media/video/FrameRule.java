package io.github.x2i4j.model.media.video;

import io.github.x2i4j.engine.InvalidInputException;

/** Which frames of a clip a family of multimodal LLMs sees. */
public enum FrameRule {
    /** qwen_vl_utils 0.0.10 at one frame a second: an even number of frames, the first and the last among them, equally spaced. */
    QWEN {
        @Override
        public int[] indices(int total, double fps, double wantedFps) {
            if (total < PER_STEP) {
                throw new InvalidInputException("it has " + total + " frame, and Qwen2.5-VL needs at least " + PER_STEP);
            }
            int most = even(Math.min(QWEN_MAX, total));
            double wanted = Math.min(Math.min(Math.max(total / fps * wantedFps, QWEN_MIN), most), total);
            int n = even(wanted);
            int[] indices = new int[n];
            float step = (total - 1f) / (n - 1);
            for (int i = 0; i < n; i++) {
                // torch.linspace in float32: from the nearer end
                float at = i < n / 2 ? i * step : (total - 1f) - (n - 1 - i) * step;
                indices[i] = (int) Math.rint(at);
            }
            return indices;
        }
    },

    /** {@code encode_video} of X2I's MiniCPM-o script: a frame a second, thinned out evenly to 64. */
    MINICPM_O {
        @Override
        public int[] indices(int total, double fps, double wantedFps) {
            // a step of 0, where the reference fails, becomes 1
            int step = (int) Math.max(1, Math.min(Integer.MAX_VALUE, Math.rint(fps / wantedFps)));
            int n = (int) ((total - 1L) / step + 1);
            int kept = Math.min(n, MINICPM_MAX);
            double gap = (double) n / kept;
            int[] indices = new int[kept];
            for (int i = 0; i < kept; i++) {
                indices[i] = step * (n == kept ? i : (int) (i * gap + gap / 2));
            }
            return indices;
        }
    };

    /** Frames a second that X2I asks for. */
    public static final double SCRIPT_FPS = 1;

    private static final int PER_STEP = 2;
    private static final int QWEN_MIN = 4;
    private static final int QWEN_MAX = 768;
    private static final int MINICPM_MAX = 64;

    /**
     * Indices in presentation order, ascending.
     *
     * @param total number of frames, at least 1
     * @param fps average frames a second of the clip, above 0
     * @param wantedFps frames a second to see
     * @throws InvalidInputException if the clip is too short; the message continues a sentence that begins with its name
     */
    public abstract int[] indices(int total, double fps, double wantedFps);

    private static int even(double frames) {
        return (int) Math.floor(frames / PER_STEP) * PER_STEP;
    }
}
