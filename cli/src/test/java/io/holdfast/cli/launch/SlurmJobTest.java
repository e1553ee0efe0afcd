package io.holdfast.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.cli.launch.SlurmClient.Submission;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlurmJobTest {
  @TempDir Path directory;

  @Test
  void theScriptIsOneThatBashUnderstandsWhateverIsInIt() throws Exception {
    SlurmJob job = job("/runs/it's 100% $HOME", Optional.of("1-2"), List.of("-p", "two words"));
    assertThat(job.script())
        .contains("#SBATCH --job-name=mnist-cnn--\n")
        .contains("#SBATCH --ntasks=4\n")
        .contains("#SBATCH --nodes=1-2\n#SBATCH -p \"two words\"\n")
        .contains("--output=\"/runs/it's 100%% $HOME/.holdfast/logs/slurm-%j.out\"")
        .contains("readonly run='/runs/it'\\''s 100% $HOME'\n")
        .contains("readonly job=('/a/job.yaml' '--set' 'name=x y')")
        .doesNotContainPattern("@[A-Z]+@");
    Path script = Files.writeString(directory.resolve("job.sh"), job.script());
    assertThat(new ProcessBuilder("bash", "-n", script.toString()).start().waitFor()).isZero();
  }

  @Test
  void whatSlurmWouldMisunderstandIsRefused() {
    assertThatThrownBy(() -> job("/runs/a", Optional.of("two"), List.of()))
        .hasMessageContaining("--nodes: two (allowed: N or MIN-MAX)");
    assertThatThrownBy(() -> job("/runs/a\"b", Optional.empty(), List.of()))
        .hasMessageContaining("--dir");
    assertThatThrownBy(() -> job("/runs/a", Optional.empty(), List.of("--comment=a\n#SBATCH -N9")))
        .hasMessageContaining("sbatch");
  }

  @Test
  void readsWhatSbatchSays() {
    assertThat(SlurmClient.outcome(0, "12\n", "")).isEqualTo(new Submission.Accepted(12));
    assertThat(SlurmClient.outcome(0, "12;cluster\n", "")).isEqualTo(new Submission.Accepted(12));
    assertThat(SlurmClient.outcome(1, "", "sbatch: error: invalid partition specified: x\n"))
        .isInstanceOf(Submission.Refused.class);
    String down =
        "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)";
    assertThat(SlurmClient.outcome(1, "", down)).isInstanceOf(Submission.Unreachable.class);
  }

  private static SlurmJob job(String run, Optional<String> nodes, List<String> options) {
    return new SlurmJob(
        "1.2.3",
        Path.of("/opt/holdfast/bin/holdfast"),
        "mnist-cnn é",
        List.of("/a/job.yaml", "--set", "name=x y"),
        Path.of(run),
        4,
        nodes,
        options);
  }
}
