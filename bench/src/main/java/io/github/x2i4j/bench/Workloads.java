package io.github.x2i4j.bench;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.measure.Convolution;
import io.github.x2i4j.engine.measure.MatrixProduct;
import io.github.x2i4j.engine.measure.SelfAttention;
import io.github.x2i4j.engine.measure.Workload;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The list of workloads: the sizes of FLUX.1, of its autoencoder and of Qwen2.5-VL-3B, of the demo, and what is bound by memory. A name
 * ends with the dtype of the weights; products are named rows x inputs x outputs.
 */
final class Workloads {
    private static final long GIBIBYTE = 1L << 30;
    private static final Map<String, Supplier<Workload>> ALL = new LinkedHashMap<>();
    /** What the short run measures. */
    private static final Set<String> QUICK = Set.of("gemm 2048x3072x3072 F32", "gemm 2048x3072x3072 BF16", "attention 1536 tokens, 24 heads of 128 F32",
            "conv 3x3 128 to 128 of 512x512 F32", "conv 3x3 512 to 512 of 128x128 F32", "matvec 2048x11008 F32", "matvec 2048x11008 BF16",
            "matvec 2048x11008 F16", "FLUX single block 1536 tokens F32");

    static {
        for (DType dtype : new DType[] {DType.F32, DType.BF16, DType.F16}) {
            for (int[] s : new int[][] {{2048, 3072, 3072}, {4608, 3072, 12288}, {512, 2048, 11008}}) {
                put("gemm " + s[0] + "x" + s[1] + "x" + s[2], dtype, () -> new MatrixProduct(s[0], s[2], s[1], dtype, 1));
            }
            put("matvec 2048x11008", dtype, () -> MatrixProduct.vector(11008, 2048, dtype, GIBIBYTE));
            put("matvec 2048x11008 mapped", dtype, () -> MatrixProduct.vector(11008, 2048, dtype, GIBIBYTE, MappedFile::of));
        }
        for (DType dtype : new DType[] {DType.Q8_0, DType.Q6_K, DType.Q5_K, DType.Q4_K, DType.Q4_0}) {
            put("matvec 2048x11008", dtype, () -> MatrixProduct.vector(11008, 2048, dtype, GIBIBYTE));
        }
        for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
            put("conv 3x3 128 to 128 of 512x512", dtype, () -> new Convolution(128, 128, 512, 3, dtype));
            put("conv 3x3 512 to 512 of 128x128", dtype, () -> new Convolution(512, 512, 128, 3, dtype));
            for (int tokens : new int[] {1536, 4608}) {
                put("FLUX double block " + tokens + " tokens", dtype, () -> new FluxBlock(true, tokens, dtype));
                put("FLUX single block " + tokens + " tokens", dtype, () -> new FluxBlock(false, tokens, dtype));
            }
            for (int pixels : new int[] {512, 1024}) {
                put("VAE decode " + pixels + "x" + pixels, dtype, () -> new VaeDecode(pixels, dtype));
            }
            put("Qwen 3B prefill of 512, 8 of 36 layers", dtype, () -> new QwenLayers(QwenLayers.Size.QWEN_3B, false, 512, dtype));
            put("Qwen 3B decode after 512, 8 of 36 layers", dtype, () -> new QwenLayers(QwenLayers.Size.QWEN_3B, true, 512, dtype));
        }
        for (int tokens : new int[] {1536, 4608}) {
            put("attention " + tokens + " tokens, 24 heads of 128", DType.F32, () -> new SelfAttention(tokens, 24, 128));
        }
        put("gemm 64x3072x3072", DType.BF16, () -> new MatrixProduct(64, 3072, 3072, DType.BF16, 1));
        put("gemm 128x768x768", DType.F32, () -> new MatrixProduct(128, 768, 768, DType.F32, 1));
        put("gemm 64x192x192", DType.F32, () -> new MatrixProduct(64, 192, 192, DType.F32, 1));
        put("matvec in cache 192x768", DType.F32, () -> new MatrixProduct(1, 768, 192, DType.F32, 1));
        put("attention 128 tokens, 4 heads of 48", DType.F32, () -> new SelfAttention(128, 4, 48));
        put("conv 3x3 256 to 256 of 64x64", DType.F32, () -> new Convolution(256, 256, 64, 3, DType.F32));
        put("conv 1x1 256 to 256 of 64x64", DType.F32, () -> new Convolution(256, 256, 64, 1, DType.F32));
        put("conv 3x3 16 to 1 of 128x128", DType.F32, () -> new Convolution(16, 1, 128, 3, DType.F32));
        put("silu 4M", DType.F32, () -> new Elementwise(Activation.SILU));
        put("gelu 4M", DType.F32, () -> new Elementwise(Activation.GELU));
        put("identity 4M", DType.F32, () -> new Elementwise(Activation.IDENTITY));
        put("layerNorm 1365x3072", DType.F32, LayerNorm::new);
    }

    private Workloads() {
    }

    private static void put(String name, DType dtype, Supplier<Workload> workload) {
        ALL.put(name + " " + dtype, workload);
    }

    static Set<String> names() {
        return ALL.keySet();
    }

    static boolean quick(String name) {
        return QUICK.contains(name);
    }

    static Workload named(String name) {
        Supplier<Workload> workload = ALL.get(name);
        if (workload == null) {
            throw new IllegalArgumentException("no workload is named " + name);
        }
        return workload.get();
    }
}
