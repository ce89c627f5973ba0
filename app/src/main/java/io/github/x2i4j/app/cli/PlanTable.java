package io.github.x2i4j.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.x2i4j.app.cli.PictureFlags.Drawing;
import io.github.x2i4j.model.memory.CudaMemory;
import io.github.x2i4j.model.memory.JavaMemory;
import io.github.x2i4j.model.memory.MemoryBudget;
import io.github.x2i4j.model.memory.MemoryPlan;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A memory plan for people, and for programs. */
final class PlanTable {
    private static final String ROW = "%-20s %10s %17s %10s %14s %14s%s";
    private static final String ALTERNATIVE = "  %-28s %14s %14s";

    private final PrintWriter out;
    private boolean alternatives;

    private static boolean onGpu(MemoryPlan plan) {
        return plan.overhead() instanceof CudaMemory;
    }

    /** The option that keeps a budget of what is planned. */
    private static String option(MemoryPlan plan) {
        return onGpu(plan) ? "--max-vram" : "--max-memory";
    }

    PlanTable(PrintWriter out) {
        this.out = out;
    }

    /** The stages, one a line. */
    void print(Drawing d, MemoryPlan plan) {
        line("%d x %d pixels, %d steps; memory of the %s while each stage lasts", d.width(), d.height(), d.steps(), onGpu(plan) ? "GPU" : "whole program");
        line("");
        line(ROW, "stage", "weights", "in blocks of", "tensors", "all in memory", "least", plan.limit() == 0 ? "" : "   with " + text(plan.limit()));
        for (MemoryPlan.Stage s : plan.stages()) {
            line(ROW, s.name(), text(s.weights()), s.blocks() + " x " + text(s.largestBlock()), text(s.tensors()), text(s.resident()),
                    text(s.least()), plan.limit() == 0 ? "" : "   " + text(s.planned()) + ": " + how(plan, s));
        }
        line("");
        line("Least: weights stream from their files, one block in memory at a time; the same picture, with the time it takes to read.");
        switch (plan.overhead()) {
            case JavaMemory java -> line("Each stage holds %s for Java itself (heap %s, virtual machine %s).", text(java.bytes() + plan.copies()),
                    text(java.heap()), text(java.machine() + plan.copies()));
            case CudaMemory cuda -> line("Each stage holds about %s for CUDA itself (context, kernels, workspaces of cuBLAS).", text(cuda.bytes()));
        }
    }

    private static String how(MemoryPlan plan, MemoryPlan.Stage s) {
        if (s.planned() > plan.limit()) {
            return text(s.planned() - plan.limit()) + " too much";
        }
        return switch (s.mode()) {
            case RESIDENT -> "all in memory";
            case STREAMED -> s.pinned() == 0 ? "weights stream" : text(s.weights() - s.pinned()) + " of weights stream";
            case ONE_BY_ONE -> "weights stream without reading ahead";
        };
    }

    /** What another request, or other weights, would need. */
    void alternative(String what, MemoryPlan plan) {
        if (!alternatives) {
            alternatives = true;
            line("");
            line(ALTERNATIVE, "peak", "all in memory", "least");
        }
        line(ALTERNATIVE, what, text(plan.resident()), text(plan.least()));
    }

    /** The peak, what makes it, and whether it fits. */
    void verdict(MemoryPlan plan) {
        MemoryPlan.Stage s = plan.largest();
        line("");
        line("The peak is %s in \"%s\"%s, where %s.", text(plan.peak()), s.name(), plan.likelyPeak() == plan.peak() ? ""
                : " (" + text(plan.likelyPeak()) + " unless the Java heap grows to its limit)", s.weightsDominate()
                ? "weights weigh most: they can stream (" + option(plan) + "), or be quantised" : "tensors weigh most: a smaller picture needs less");
        if (plan.limit() > 0) {
            line(option(plan) + " " + text(plan.limit()) + (plan.missing() == 0 ? " can be kept." : " cannot be kept: " + text(plan.missing())
                    + " are missing."));
        } else if (onGpu(plan)) {
            line("--max-vram SIZE keeps any budget from %s on.", text(plan.least()));
        } else if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os) {
            long machine = os.getTotalMemorySize();
            line("This machine has %s. --max-memory SIZE keeps any budget from %s on.", text(machine), text(plan.least()));
        }
        out.flush();
    }

    /** The plan as one JSON object. */
    void json(MemoryPlan plan) {
        Map<String, Object> o = new LinkedHashMap<>();
        o.put("peak_bytes", plan.peak());
        o.put("likely_peak_bytes", plan.likelyPeak());
        o.put("resident_bytes", plan.resident());
        o.put("least_bytes", plan.least());
        o.put(onGpu(plan) ? "max_vram_bytes" : "max_memory_bytes", plan.limit());
        o.put("missing_bytes", plan.missing());
        switch (plan.overhead()) {
            case JavaMemory java -> {
                o.put("java_heap_bytes", java.heap());
                o.put("java_machine_bytes", java.machine());
            }
            case CudaMemory cuda -> o.put("cuda_bytes", cuda.bytes());
        }
        o.put("converted_weight_bytes", plan.copies());
        o.put("stages", plan.stages().stream().map(PlanTable::json).toList());
        try {
            out.println(new ObjectMapper().writeValueAsString(o));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
        out.flush();
    }

    private static Map<String, Object> json(MemoryPlan.Stage s) {
        Map<String, Object> o = new LinkedHashMap<>();
        o.put("stage", s.name());
        o.put("weight_bytes", s.weights());
        o.put("blocks", s.blocks());
        o.put("largest_block_bytes", s.largestBlock());
        o.put("tensor_bytes", s.tensors());
        o.put("mode", s.mode().name().toLowerCase(Locale.ROOT));
        o.put("pinned_bytes", s.pinned());
        o.put("resident_bytes", s.resident());
        o.put("least_bytes", s.least());
        o.put("planned_bytes", s.planned());
        return o;
    }

    private static String text(long bytes) {
        return MemoryBudget.text(bytes);
    }

    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}
