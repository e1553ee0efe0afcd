package io.holdfast.job.file;

import io.holdfast.job.CheckpointSpec;
import io.holdfast.job.CheckpointSpec.AutoInterval;
import io.holdfast.job.JobLimits;
import io.holdfast.job.RetentionSpec;
import io.holdfast.job.RetentionSpec.Mode;
import io.holdfast.job.RetentionSpec.SaveBest;
import io.holdfast.job.file.Section.Range;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads when to save and what to keep. Where neither {@code every_steps} nor {@code every_secs} is
 * given a save is due every 600 seconds, and {@code max_to_keep} is 5: TensorFlow's defaults.
 */
final class CheckpointReader {
  static final double MILLIS_PER_HOUR = 3_600_000;
  static final double MILLIS_PER_SECOND = 1000;
  private static final Duration DEFAULT_EVERY = Duration.ofSeconds(600);
  private static final int DEFAULT_MAX_TO_KEEP = 5;
  private static final double DEFAULT_STALL_BUDGET = 0.01;
  private static final Range PARTS = new Range(0, true, 1, false);
  private static final String AUTO = "auto";
  private static final Set<String> KEYS =
      Set.of(
          "every_steps",
          "every_secs",
          "interval",
          "stall_budget",
          "max_to_keep",
          "keep_checkpoint_every_n_hours",
          "keep_every_steps",
          "ttl_hours",
          "save_best",
          "max_disk_bytes",
          "async",
          "verify_after",
          "parity",
          "writers");
  private static final String MONITORS = "the name of a metric such as val_loss";

  private CheckpointReader() {}

  static CheckpointSpec read(Section root) throws JobException {
    Section checkpoint = root.section("checkpoint", KEYS);
    OptionalLong everySteps = checkpoint.integer("every_steps", 1, JobLimits.MAX_STEPS);
    Optional<Duration> every = duration(checkpoint, "every_secs", MILLIS_PER_SECOND);
    int parity = checkpoint.integer("parity", 0, JobLimits.MAX_PARITY, 0);
    if (parity > 0 && !checkpoint.flag("verify_after", true)) {
      throw checkpoint.error(
          "parity", "is made of what was read back; verify_after: true is needed");
    }
    Optional<AutoInterval> auto = auto(checkpoint);
    if (everySteps.isEmpty() && every.isEmpty() && auto.isEmpty()) {
      every = Optional.of(DEFAULT_EVERY);
    }
    return new CheckpointSpec(
        everySteps,
        every,
        auto,
        retention(checkpoint),
        checkpoint.flag("async", true),
        checkpoint.flag("verify_after", true),
        parity,
        writers(checkpoint));
  }

  private static OptionalInt writers(Section checkpoint) throws JobException {
    return checkpoint.integer("writers", 1, JobLimits.MAX_WRITERS).stream()
        .mapToInt(Math::toIntExact)
        .findFirst();
  }

  private static Optional<AutoInterval> auto(Section checkpoint) throws JobException {
    if (!checkpoint.has("interval")) {
      if (checkpoint.has("stall_budget")) {
        throw checkpoint.error("stall_budget", "is for interval: auto only");
      }
      return Optional.empty();
    }
    if (!checkpoint.text("interval", AUTO).orElseThrow().equals(AUTO)) {
      throw checkpoint.error(
          "interval", "is not allowed; " + AUTO + " is, or every_steps, every_secs");
    }
    if (checkpoint.has("every_secs")) {
      throw checkpoint.error("interval", "auto and every_secs exclude each other");
    }
    double budget = checkpoint.number("stall_budget", PARTS).orElse(DEFAULT_STALL_BUDGET);
    return Optional.of(new AutoInterval(budget));
  }

  private static RetentionSpec retention(Section checkpoint) throws JobException {
    return new RetentionSpec(
        checkpoint.integer("max_to_keep", 1, JobLimits.MAX_TO_KEEP, DEFAULT_MAX_TO_KEEP),
        duration(checkpoint, "keep_checkpoint_every_n_hours", MILLIS_PER_HOUR),
        checkpoint.integer("keep_every_steps", 1, JobLimits.MAX_STEPS),
        saveBest(checkpoint),
        duration(checkpoint, "ttl_hours", MILLIS_PER_HOUR),
        checkpoint.integer("max_disk_bytes", 1, JobLimits.MAX_DISK_BYTES));
  }

  private static Optional<Duration> duration(Section section, String key, double unitMillis)
      throws JobException {
    Range range =
        new Range(1 / unitMillis, false, JobLimits.MAX_SECONDS * 1000 / unitMillis, false);
    return section
        .number(key, range)
        .map(number -> Duration.ofMillis(Math.round(number * unitMillis)));
  }

  private static Optional<SaveBest> saveBest(Section checkpoint) throws JobException {
    if (!checkpoint.has("save_best")) {
      return Optional.empty();
    }
    Section best = checkpoint.section("save_best", Set.of("monitor", "mode", "keep"));
    best.require("monitor", MONITORS);
    String monitor = best.text("monitor", MONITORS).orElseThrow();
    ModeName mode = best.choice("mode", ModeName.AUTO);
    return Optional.of(
        new SaveBest(monitor, mode.of(monitor), best.integer("keep", 1, JobLimits.MAX_TO_KEEP, 1)));
  }

  /** Modes of Keras's ModelCheckpoint. */
  private enum ModeName {
    MIN,
    MAX,
    AUTO;

    Mode of(String monitor) {
      boolean higherIsBetter = this == MAX || (this == AUTO && monitor.contains("acc"));
      return higherIsBetter ? Mode.MAX : Mode.MIN;
    }
  }
}
