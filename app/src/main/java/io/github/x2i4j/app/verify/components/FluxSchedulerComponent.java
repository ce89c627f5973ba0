package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.flux.FlowMatchEulerScheduler;

/** Noise levels of FLUX's scheduler. */
public final class FluxSchedulerComponent implements Component {
    @Override
    public String name() {
        return "flux-scheduler";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        var scheduler = FlowMatchEulerScheduler.of(Config.read(ModelFolders.of(golden).resolve("scheduler_config.json")));
        var schedule = scheduler.schedule(args.path("num_inference_steps").intValue(), args.path("image_seq_len").longValue());
        return new Outputs().put("sigmas", schedule.sigmas(), schedule.sigmas().length)
                .put("timesteps", schedule.timesteps(), schedule.timesteps().length);
    }
}
