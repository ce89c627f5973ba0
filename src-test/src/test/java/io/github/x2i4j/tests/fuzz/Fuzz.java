package io.github.x2i4j.tests.fuzz;

import java.io.PrintStream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Searches for input that a parser does not stand, as {@code ./x2i fuzz PARSER [DURATION]} does, without Maven: {@code Fuzz png 10m}.
 * Parsers are the methods of {@link ParsersFuzzTest}. The environment has {@code JAZZER_FUZZ=1}. What is found is written to the working
 * folder as {@code crash-...}; mended, it belongs to the seeds in {@code ParsersFuzzTestInputs}.
 */
public final class Fuzz {
    private Fuzz() {
    }

    public static void main(String[] args) {
        PrintStream err = System.err;
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectMethod(ParsersFuzzTest.class, args[0], byte[].class.getName()))
                .configurationParameter("jazzer.hooks", "true")
                .configurationParameter("jazzer.max_duration", args.length > 1 ? args[1] : "10m").build();
        int[] failures = {0};
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result.getThrowable().ifPresent(t -> {
                    failures[0]++;
                    t.printStackTrace(err);
                });
            }
        });
        err.println(failures[0] == 0 ? "nothing found" : "found something, see above");
        System.exit(failures[0] == 0 ? 0 : 1);
    }
}
