package io.github.x2i4j.tools;

import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.loader.weights.NameMap;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.align.AlignNet;
import io.github.x2i4j.model.align.AlignNetSettings;
import io.github.x2i4j.model.flux.FluxNames;
import io.github.x2i4j.model.flux.FluxTransformer;
import io.github.x2i4j.model.internvl.InternVlModel;
import io.github.x2i4j.model.minicpm.MiniCpmModel;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.qwen.QwenVlModel;
import io.github.x2i4j.model.text.ClipTextEncoder;
import io.github.x2i4j.model.text.T5Encoder;
import io.github.x2i4j.model.vae.Autoencoder;
import io.github.x2i4j.model.vae.VaeNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiFunction;

/** Weights as the networks that they claim to be. */
final class Networks {
    private Networks() {
    }

    /**
     * Opens weights as their network does, which accounts for every tensor: headers and small tensors are read. Does nothing for kinds
     * that are no network by themselves.
     *
     * @param path a file, or a folder with config.json
     * @throws io.github.x2i4j.engine.X2iException naming tensors that are missing, misshaped or of no use
     */
    static void account(Path path, ModelKind kind) {
        switch (kind) {
            case FLUX_TRANSFORMER, FLUX_SINGLE_FILE -> open(path, FluxNames.MAP, FluxTransformer::of);
            case VAE, VAE_SINGLE_FILE, TINY_VAE -> open(path, VaeNames.MAP, Networks::autoencoder);
            case T5 -> open(path, T5Encoder.NAMES, T5Encoder::of);
            case CLIP -> open(path, ClipTextEncoder.NAMES, ClipTextEncoder::of);
            case ALIGNNET -> Loaded.openWeights(path, AlignNet.NAMES, w -> AlignNet.of(w, AlignNetSettings.FROM_FILE)).close();
            case QWEN2_5_VL -> ofFolder(path, QwenVlModel.NAMES, QwenVlModel::bind);
            case INTERNVL -> ofFolder(path, InternVlModel.NAMES, InternVlModel::bind);
            case MINICPM_O -> ofFolder(path, MiniCpmModel.NAMES, MiniCpmModel::bind);
            default -> {
                // a folder of others, or something that no network is bound to
            }
        }
    }

    /** Both halves, or the one that is there: some files are published with the decoder or the encoder alone. */
    private static Autoencoder autoencoder(Weights w, Config config) {
        return !w.has("encoder.conv_in.weight") && w.count("encoder.layers") == 0 ? Autoencoder.decoderOf(w, config)
                : w.count("decoder.layers") == 0 && w.count("encoder.layers") > 0 ? Autoencoder.encoderOf(w, config) : Autoencoder.of(w, config);
    }

    /** Language models say their sizes in config.json only. */
    private static <M> void ofFolder(Path path, NameMap names, BiFunction<Weights, Config, M> bind) {
        if (Files.isDirectory(path)) {
            open(path, names, bind);
        }
    }

    /** A folder without config.json is opened as the file that it holds. */
    private static <M> void open(Path path, NameMap names, BiFunction<Weights, Config, M> bind) {
        if (Files.isDirectory(path) && !Files.exists(path.resolve("config.json"))) {
            Loaded.openWeights(path, names, w -> bind.apply(w, null)).close();
        } else {
            Loaded.open(path, names, bind).close();
        }
    }
}
