package io.github.x2i4j.tests.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.x2i4j.model.mllm.Mllm;
import io.github.x2i4j.model.mllm.MllmFamily;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The modules look at each other along the design's arrows and nowhere else. */
class ArchitectureTest {
    private static final String ROOT = "io.github.x2i4j";
    private static final JavaClasses CLASSES = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar")).importPackages(ROOT);

    /** Modules that a module may look at. */
    private static final Map<String, String[]> ARROWS = Map.of(
            "engine", new String[0],
            "loader", new String[] {"engine"},
            "model", new String[] {"engine", "loader"},
            "tools", new String[] {"engine", "loader", "model"},
            "demo", new String[] {"engine"},
            "app", new String[] {"engine", "loader", "model", "tools", "demo"});

    private static String in(String module) {
        return ROOT + "." + module + "..";
    }

    @ParameterizedTest
    @ValueSource(strings = {"engine", "loader", "model", "tools", "demo", "app"})
    void arrowsPointOneWay(String module) {
        String[] allowed = Stream.concat(Stream.of(module), Arrays.stream(ARROWS.get(module))).map(ArchitectureTest::in).toArray(String[]::new);
        noClasses().that().resideInAPackage(in(module)).should().dependOnClassesThat(
                resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed)))).check(CLASSES);
    }

    @Test
    void modulesAreFreeOfCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void theEngineNeedsTheJdkAlone() {
        classes().that().resideInAPackage(in("engine")).and().resideOutsideOfPackage(in("engine.gpu.jcuda")).should()
                .onlyDependOnClassesThat().resideInAnyPackage(in("engine"), "java..", "jdk.incubator.vector..").check(CLASSES);
        noClasses().that().resideOutsideOfPackage(in("engine.gpu.jcuda")).should().dependOnClassesThat()
                .resideInAPackage("jcuda..").check(CLASSES);
    }

    /** What computes on the CPU can be had without anything that calls CUDA. */
    @Test
    void theCpuKnowsNothingOfTheGpu() {
        noClasses().that().resideInAnyPackage(in("engine.cpu"), in("engine.gemm"), in("engine.kernel"), in("engine.machine"),
                in("engine.memory")).should().dependOnClassesThat().resideInAPackage(in("engine.gpu")).check(CLASSES);
    }

    @Test
    void onlyTheEngineUsesTheVectorApi() {
        noClasses().that().resideOutsideOfPackage(in("engine")).should().dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..").check(CLASSES);
    }

    /** Networks know nothing of files: an MLLM opens its own folder, and what else reads files is named here. */
    @Test
    void networksKnowNothingOfFiles() {
        noClasses().that().resideInAPackage(in("model"))
                .and().resideOutsideOfPackages(ROOT + ".model", in("model.pipeline"), in("model.media"), in("model.mllm"))
                .and().areNotAssignableTo(Mllm.class).and().areNotAssignableTo(MllmFamily.class)
                .and().haveNameNotMatching(".*\\.([A-Za-z0-9]*ImageProcessor|GenerationConfig|Loaded)(\\$.*)?")
                .should().dependOnClassesThat().resideInAnyPackage("java.nio.file..", "java.nio.channels..")
                .orShould().dependOnClassesThat().haveNameMatching("java\\.io\\.(File.*|RandomAccessFile)")
                .check(CLASSES);
    }

    @Test
    void nothingIsExecutedDownloadedOrReachedBehindTheJdksBack() {
        noClasses().should().dependOnClassesThat().resideInAnyPackage("sun..", "java.net.http..", "java.rmi..")
                .orShould().dependOnClassesThat().haveNameMatching(
                        "java\\.io\\.ObjectInputStream|java\\.net\\.(Socket|URLConnection|HttpURLConnection)|java\\.lang\\.(ProcessBuilder|ClassLoader)")
                .orShould().callMethod(Runtime.class, "exec", String.class)
                .orShould().callMethod(System.class, "loadLibrary", String.class)
                .check(CLASSES);
    }

    @Test
    void aWrongArrowIsSeen() {
        assertThatThrownBy(() -> noClasses().that().resideInAPackage(in("loader")).should().dependOnClassesThat()
                .resideInAPackage(in("engine")).check(CLASSES)).isInstanceOf(AssertionError.class);
    }
}
