package io.holdfast.cli.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Slurm's own client programs. */
public final class SlurmClient {
  private static final long DEADLINE_SECONDS = 60;
  private static final Pattern JOB_ID = Pattern.compile("([0-9]+)(;.*)?");
  private static final Pattern UNREACHABLE =
      Pattern.compile("(?i)unable to contact slurm controller|connection refused|timed out");

  private SlurmClient() {}

  /** What became of a job script that was handed over. */
  public sealed interface Submission {

    /** Slurm has it under this number. */
    record Accepted(long job) implements Submission {}

    /** Slurm does not want it, for this reason. */
    record Refused(String reason) implements Submission {}

    /** Nobody could be asked. */
    record Unreachable(String reason) implements Submission {}
  }

  /** Hands a job script over. */
  public static Submission submit(Path script) throws InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder("sbatch", "--parsable", script.toString()).start();
    } catch (IOException e) {
      return new Submission.Refused(
          "sbatch: not found (needed: Slurm's client programs on the PATH)");
    }
    CompletableFuture<String> err =
        CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
    CompletableFuture<String> out =
        CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
    if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return new Submission.Unreachable("sbatch: no answer in " + DEADLINE_SECONDS + " s");
    }
    return outcome(process.exitValue(), out.join(), err.join());
  }

  static Submission outcome(int exitCode, String out, String err) {
    var id = JOB_ID.matcher(out.strip());
    if (exitCode == 0 && id.matches()) {
      return new Submission.Accepted(Long.parseLong(id.group(1)));
    }
    String reason = "sbatch: " + (err.isBlank() ? "exit code " + exitCode : err.strip());
    return UNREACHABLE.matcher(err).find()
        ? new Submission.Unreachable(reason)
        : new Submission.Refused(reason);
  }

  private static String read(java.io.InputStream in) {
    try (in) {
      return new String(in.readNBytes(MOST_OUTPUT_BYTES), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static final int MOST_OUTPUT_BYTES = 64 << 10;
}
