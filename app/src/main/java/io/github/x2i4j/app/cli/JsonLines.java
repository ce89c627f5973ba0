package io.github.x2i4j.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tells programs how the work goes on: JSON objects, one a line, each with a field {@code event}. */
final class JsonLines implements Display {
    private final ObjectMapper json = new ObjectMapper();
    private final PrintWriter out;
    private String stage;
    private int steps;
    /** How much of a video is decoded, as told last. */
    private int videoPercent = -1;

    JsonLines(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void stage(String name, int steps) {
        this.stage = name;
        this.steps = steps;
        event("stage", "stage", name, "steps", steps);
    }

    @Override
    public void step(int done) {
        event("step", "stage", stage, "step", done, "steps", steps);
    }

    @Override
    public void video(int done, int of) {
        int percent = (int) (100L * done / of);
        if (percent != videoPercent) {
            videoPercent = percent;
            event("video", "packet", done, "packets", of);
        }
    }

    @Override
    public void warning(String message) {
        event("warning", "message", message);
    }

    @Override
    public void picture(Written p) {
        event("picture", "file", p.file().toAbsolutePath().toString(), "replaced", p.replaced(), "seconds", p.seconds(),
                "recipe", new RawValue(p.recipe().toJson()));
    }

    @Override
    public void memory(List<MemoryReport.Stage> stages, MemoryReport.Peaks peaks) {
        for (MemoryReport.Stage s : stages) {
            event("memory", "stage", s.name(), "weights", s.weights(), "mapped_bytes", s.mapped(), "activation_bytes", s.pool(),
                    "heap_bytes", s.heap(), "resident_bytes", s.resident(), "planned_bytes", s.planned());
        }
        event("memory", "stage", "all", "activation_pool_peak_bytes", peaks.pool(), "resident_peak_bytes", peaks.resident(),
                "planned_bytes", peaks.planned(), "planned_at_most_bytes", peaks.bound(), "steps", peaks.methods());
    }

    /** Prints one event; names and values take turns. */
    private void event(String event, Object... fields) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("event", event);
        for (int i = 0; i < fields.length; i += 2) {
            object.put((String) fields[i], fields[i + 1]);
        }
        try {
            out.println(json.writeValueAsString(object));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
        out.flush();
    }
}
