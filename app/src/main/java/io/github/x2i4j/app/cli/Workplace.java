package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.cli.PictureFlags.Drawing;
import io.github.x2i4j.engine.Device;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.model.memory.MemoryBudget;
import io.github.x2i4j.model.memory.MemoryPlan;
import java.io.PrintWriter;

/**
 * Where a request is computed, and what computes it there.
 *
 * @param budget that is kept, or null for none
 */
record Workplace(Engine engine, MemoryBudget budget, Studio studio, Drawing drawing) implements AutoCloseable {

    /**
     * Opens the device that the options name. Where they leave it open, a GPU is taken if it can be used and the request fits into its
     * memory, and one line says what was taken and why.
     *
     * @throws X2iException if the device or the weights cannot be used
     */
    static Workplace open(RequestFlags request, PrintWriter err) {
        EngineOptions options = request.draw.engine.options();
        if (options.device().kind() != Device.Kind.AUTO) {
            return on(Engine.open(options), request);
        }
        Engine engine = Engine.open(options);
        if (!engine.isGpu()) {
            say(err, "the CPU: " + engine.info().reasons().getFirst());
            return on(engine, request);
        }
        String gpu = engine.info().device();
        Workplace workplace = on(engine, request);
        MemoryPlan plan;
        try {
            plan = workplace.studio.plan(workplace.drawing);
        } catch (RuntimeException | Error e) {
            workplace.close();
            throw e;
        }
        if (plan.missing() == 0) {
            say(err, gpu + ": the work takes " + MemoryBudget.text(plan.peak()) + " of " + workplace.budget);
            return workplace;
        }
        workplace.close();
        say(err, "the CPU: " + gpu + " has " + workplace.budget + " for a work that takes " + MemoryBudget.text(plan.least()) + " at least");
        return on(Engine.open(options.on(Device.CPU)), request);
    }

    /** As {@link #open} for plans alone: a GPU is planned for though this machine has none, and nobody is told what would be taken. */
    static Workplace forPlans(RequestFlags request, PrintWriter err) {
        EngineOptions options = request.draw.engine.options();
        Device.Kind kind = options.device().kind();
        if (kind == Device.Kind.AUTO && request.draw.maxVram() == null) {
            return open(request, err);
        }
        if (kind == Device.Kind.CPU && request.draw.maxVram() == null) {
            return on(Engine.open(options), request);
        }
        try {
            return on(Engine.open(kind == Device.Kind.CUDA ? options : options.on(new Device(Device.Kind.CUDA, 0))), request);
        } catch (X2iException e) {
            return on(Engine.imaginedGpu(options.precision()), request);
        }
    }

    private static void say(PrintWriter err, String what) {
        err.println("x2i: computes on " + what);
        err.flush();
    }

    /** @param engine is closed with the result, and where there is none */
    private static Workplace on(Engine engine, RequestFlags request) {
        try {
            MemoryBudget budget = budget(request.draw, engine);
            Studio studio = request.open(engine, budget);
            return new Workplace(engine, budget, studio, request.draw.pictures.complete(studio.defaults()));
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    /** The budget for work on an engine: what the options say, and on a GPU no more than is free. */
    static MemoryBudget budget(DrawFlags flags, Engine engine) {
        if (!engine.isGpu()) {
            return flags.maxMemory();
        }
        MemoryBudget asked = flags.maxVram();
        return asked != null || !engine.computes() ? asked : new MemoryBudget(engine.freeDeviceMemory());
    }

    /** What the process is planned to hold, or null where that is not planned. */
    MemoryPlan processPlan() {
        return budget == null || engine.isGpu() ? null : studio.plan(drawing);
    }

    @Override
    public void close() {
        try {
            studio.close();
        } finally {
            engine.close();
        }
    }
}
