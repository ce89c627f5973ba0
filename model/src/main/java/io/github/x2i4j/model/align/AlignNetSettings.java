package io.github.x2i4j.model.align;

/**
 * What a bundle says of its AlignNet. Everything follows from the weight file; what stands here is checked against it. Fields
 * that are null are not checked.
 *
 * @param origin where the settings stand, for messages: a file, or null
 * @param inChannels number of hidden states C
 * @param inputDim width H of a hidden state
 * @param numHeads heads of the T5 stack
 * @param headDim width of a head of the T5 stack
 * @param numLayers blocks of the T5 stack
 * @param useT5 a T5 stack runs over every hidden state first
 * @param useScale the hidden states are weighted by one learned number each; wins over {@code useCnn}
 * @param useCnn the hidden states are the channels of a convolution
 */
public record AlignNetSettings(String origin, Integer inChannels, Integer inputDim, Integer numHeads, Integer headDim, Integer numLayers,
        Boolean useT5, Boolean useScale, Boolean useCnn) {
    /** Nothing is checked. */
    public static final AlignNetSettings FROM_FILE = new AlignNetSettings(null, null, null, null, null, null, null, null, null);
}
