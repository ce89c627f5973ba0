package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.cli.PictureFlags.Drawing;
import io.github.x2i4j.model.memory.MemoryPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "plan", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Tells how much memory x2i generate would need with the same options, stage by stage, and what would take less. "
                + "Nothing is computed; of the weights only headers and small tensors are read.", ""},
        footer = {"", "Examples:",
            "  x2i plan --flux FLUX.1-dev",
            "  x2i plan --flux FLUX.1-dev --max-vram 8G",
            "  x2i plan \"a lighthouse\" --preset x2i-qwen2.5-vl-7b --models ~/models --width 512 --height 512 --max-memory 8G"})
final class PlanCommand implements Runnable {
    private static final String ANY_PROMPT = "red apple on a blue background";
    private static final int SMALL = 512;
    private static final double ALIKE = 0.98;

    @Mixin
    private RequestFlags request;

    @Option(names = "--json", description = "Print one JSON object for programs.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        request.promptOtherwise(ANY_PROMPT);
        request.check();
        request.draw.checkBudgets(true);
        try (Workplace workplace = Workplace.forPlans(request, spec.commandLine().getErr())) {
            Studio studio = workplace.studio();
            Drawing drawing = workplace.drawing();
            MemoryPlan plan = studio.plan(drawing);
            PlanTable table = new PlanTable(spec.commandLine().getOut());
            if (json) {
                table.json(plan);
                return;
            }
            table.print(drawing, plan);
            table.alternative("as it is", plan);
            quantised(table, plan, "8-bit weights (Q8_0)", MemoryPlan.BITS_Q8_0);
            quantised(table, plan, "4-bit weights (Q4_K)", MemoryPlan.BITS_Q4_K);
            if (Math.min(drawing.width(), drawing.height()) > SMALL) {
                table.alternative("--width 512 --height 512", studio.plan(drawing.withSize(SMALL, SMALL)));
                if (drawing.vaeTile() == 0) {
                    table.alternative("--vae-tile 512", studio.plan(drawing.withVaeTile(SMALL)));
                }
            }
            table.verdict(plan);
        }
    }

    /** Other weights, unless these are as small. */
    private static void quantised(PlanTable table, MemoryPlan plan, String what, double bits) {
        MemoryPlan other = plan.withWeights(bits);
        if (other.resident() < plan.resident() * ALIKE) {
            table.alternative(what, other);
        }
    }
}
