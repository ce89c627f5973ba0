package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.model.internvl.InternVlFamily;
import io.github.x2i4j.model.minicpm.MiniCpmFamily;
import io.github.x2i4j.model.mllm.MllmFamily;
import io.github.x2i4j.model.qwen.QwenVlFamily;
import java.nio.file.Path;
import java.util.List;

/** The families of multimodal LLMs that can be opened. */
public final class MllmFamilies {
    private static final List<MllmFamily> FAMILIES = List.of(new QwenVlFamily(), new InternVlFamily(), new MiniCpmFamily());

    private static final String QWEN = "qwen2_5_vl";
    private static final String INTERNVL = "internvl2_5";
    private static final String MINICPM_O = "minicpm_o_2_6";

    private MllmFamilies() {
    }

    /**
     * A family by its name in x2i.json.
     *
     * @throws InvalidInputException if there is none of this name
     */
    public static MllmFamily of(String name) {
        for (MllmFamily family : FAMILIES) {
            if (family.name().equals(name)) {
                return family;
            }
        }
        throw new InvalidInputException("there is no family \"" + name + "\" of multimodal LLMs; use " + String.join(" or ", names()));
    }

    /**
     * The name of the family that a model folder belongs to.
     *
     * @throws InvalidInputException saying what the folder is if it is no multimodal LLM
     */
    public static String nameOf(Path folder) {
        return switch (ModelKind.require(folder, ModelKind.QWEN2_5_VL, ModelKind.INTERNVL, ModelKind.MINICPM_O)) {
            case INTERNVL -> INTERNVL;
            case MINICPM_O -> MINICPM_O;
            default -> QWEN;
        };
    }

    /** Names of all families. */
    static String[] names() {
        return FAMILIES.stream().map(MllmFamily::name).toArray(String[]::new);
    }
}
