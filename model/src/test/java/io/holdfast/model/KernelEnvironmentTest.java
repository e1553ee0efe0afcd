package io.holdfast.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.job.MeshSpec;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.model.kernel.KernelEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Threads and instruction set are the job's, whatever environment a process was started with. */
class KernelEnvironmentTest {

  @Test
  void theEnvironmentOfTheProcessDoesNotMatter() throws Exception {
    TestTrainer.requireKernels();
    String here = ProbeDigest.of(PrintProbe.job(), ModelPlan.of(PrintProbe.job()));
    assertThat(probe(1, Map.of("OMP_NUM_THREADS", "2", "OPENBLAS_NUM_THREADS", "2")))
        .isEqualTo(here);
    assertThat(probe(1, Map.of("ONEDNN_MAX_CPU_ISA", "SSE41", "OPENBLAS_CORETYPE", "Nehalem")))
        .isEqualTo(here);
  }

  @Test
  void threadsTakeEffectAsIfTheyWereSetFromOutside() throws Exception {
    String set = probe(2, Map.of());
    assertThat(set)
        .isEqualTo(probe(2, Map.of("OMP_NUM_THREADS", "2")))
        .isNotEqualTo(probe(1, Map.of()));
  }

  @Test
  void loadedKernelsCannotBeChanged() {
    TestTrainer.requireKernels();
    assertThat(KernelEnvironment.apply(new MeshSpec(9, 1, 1, TestTrainer.ISA)))
        .isEqualTo(new KernelEnvironment.Outcome.Ready());
    assertThat(KernelEnvironment.apply(new MeshSpec(4, 1, 2, TestTrainer.ISA)))
        .isInstanceOfSatisfying(
            KernelEnvironment.Outcome.Refused.class,
            refused -> assertThat(refused.reason()).contains("threads 1", "threads 2"));
  }

  private static String probe(int threads, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                PrintProbe.class.getName(),
                Integer.toString(threads)));
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).isZero();
    List<String> lines = output.lines().toList();
    return lines.get(lines.size() - 1);
  }
}
