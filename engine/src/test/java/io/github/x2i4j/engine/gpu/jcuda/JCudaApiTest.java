package io.github.x2i4j.engine.gpu.jcuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.gpu.CudaApi;
import io.github.x2i4j.engine.gpu.foreign.ForeignCuda;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What of the way over JCuda can be seen without CUDA: that it fits JCuda's classes, and calls what the other way calls. */
class JCudaApiTest {
    private static ClassModel parse(Class<?> c) throws IOException {
        try (InputStream in = c.getResourceAsStream(c.getSimpleName() + ".class")) {
            return ClassFile.of().parse(in.readAllBytes());
        }
    }

    /** Everything that the class names of JCuda is there, with these parameters and results. */
    @Test
    void everyMemberOfJCudaThatIsUsedExists() throws Exception {
        int members = 0;
        for (PoolEntry entry : parse(JCudaApi.class).constantPool()) {
            if (entry instanceof MemberRefEntry member && member.owner().asInternalName().startsWith("jcuda/")) {
                members++;
                Class<?> owner = Class.forName(member.owner().asInternalName().replace('/', '.'), false, getClass().getClassLoader());
                assertThat(descriptors(owner, member.name().stringValue())).as("%s.%s", owner, member.name()).contains(member.type().stringValue());
            }
        }
        assertThat(members).isGreaterThan(40);
    }

    /** Descriptors of the methods, constructors and fields of a name, inherited ones included. */
    private static List<String> descriptors(Class<?> owner, String name) {
        List<String> found = new ArrayList<>();
        for (Class<?> c = owner; c != null; c = c.getSuperclass()) {
            Arrays.stream(c.getDeclaredMethods()).filter(m -> m.getName().equals(name))
                    .map(m -> MethodType.methodType(m.getReturnType(), m.getParameterTypes()).descriptorString()).forEach(found::add);
            Arrays.stream(c.getDeclaredFields()).filter(f -> f.getName().equals(name)).map(f -> f.getType().descriptorString()).forEach(found::add);
            Arrays.stream(c.getDeclaredConstructors()).filter(_ -> name.equals("<init>"))
                    .map(k -> MethodType.methodType(void.class, k.getParameterTypes()).descriptorString()).forEach(found::add);
        }
        return found;
    }

    @TestFactory
    Stream<DynamicTest> eachCallOfTheSeamBecomesTheSameCallsOfCuda() throws IOException {
        ClassModel here = parse(JCudaApi.class);
        ClassModel there = parse(ForeignCuda.class);
        // cuBLASLt, which JCuda lacks, and what calls nothing.
        Set<String> others = Set.of("description", "close", "plansProducts", "plan", "multiply", "destroyPlan");
        return Arrays.stream(CudaApi.class.getMethods()).filter(m -> Modifier.isAbstract(m.getModifiers())).map(Method::getName)
                .filter(name -> !others.contains(name)).distinct().map(name -> DynamicTest.dynamicTest(name, () -> assertThat(jcudaCalls(here, name))
                        .isNotEmpty().isEqualTo(foreignCalls(there, name))));
    }

    /** Functions of JCuda that a method calls, and the lambdas in it. */
    private static Set<String> jcudaCalls(ClassModel c, String method) {
        Set<String> calls = new TreeSet<>();
        each(c, method, e -> {
            if (e instanceof InvokeInstruction i && i.owner().asInternalName().matches("jcuda/(driver/JCudaDriver|jcublas/JCublas2)")) {
                calls.add(plain(i.name().stringValue()));
            }
        });
        return calls;
    }

    /** Functions of CUDA that a method names. */
    private static Set<String> foreignCalls(ClassModel c, String method) {
        Set<String> calls = new TreeSet<>();
        each(c, method, e -> {
            if (e instanceof ConstantInstruction k && k.constantValue() instanceof String s && s.matches("cu(blas)?[A-Z]\\w+")) {
                calls.add(plain(s));
            }
        });
        return calls;
    }

    /** Without the version of the function, which JCuda or CUDA's header chooses itself. */
    private static String plain(String function) {
        return function.replaceFirst("(_(v2|new)|WithFlags)$", "");
    }

    /** Looks at the instructions of a method, of its lambdas, and of the helpers it calls that find a device. */
    private static void each(ClassModel c, String method, Consumer<CodeElement> look) {
        for (MethodModel m : c.methods()) {
            if (m.methodName().stringValue().equals(method) && m.code().isPresent()) {
                for (CodeElement e : m.code().get()) {
                    look.accept(e);
                    if (e instanceof InvokeDynamicInstruction d) {
                        d.bootstrapArgs().stream().filter(DirectMethodHandleDesc.class::isInstance).map(DirectMethodHandleDesc.class::cast)
                                .filter(h -> h.methodName().startsWith("lambda$")).forEach(h -> each(c, h.methodName(), look));
                    } else if (e instanceof InvokeInstruction i && i.owner().equals(c.thisClass()) && i.name().equalsString("device")) {
                        each(c, "device", look);
                    }
                }
            }
        }
    }

    /** However often it is asked for. */
    @Test
    void withoutItsNativePartsItIsDeclined() {
        for (int again = 0; again < 2; again++) {
            List<String> lines = Engine.gpus();
            Assumptions.assumeTrue(lines.stream().noneMatch(line -> line.startsWith("cuda:")), "this machine has a GPU");
            assertThat(lines).anySatisfy(line -> assertThat(line).startsWith("JCuda: ").contains("native parts"));
        }
    }

    @Test
    void withoutItsClassesItIsDeclined() throws Exception {
        URL[] engine = {JCudaApi.class.getProtectionDomain().getCodeSource().getLocation()};
        try (URLClassLoader alone = new URLClassLoader(engine, ClassLoader.getPlatformClassLoader())) {
            Object lines = alone.loadClass(Engine.class.getName()).getMethod("gpus").invoke(null);
            Assumptions.assumeTrue(((List<?>) lines).stream().noneMatch(line -> line.toString().startsWith("cuda:")), "this machine has a GPU");
            assertThat((List<?>) lines).anySatisfy(line -> assertThat(line.toString()).isEqualTo("JCuda: it is not on the class path"));
        }
    }
}
