package io.holdfast.cli;

import io.holdfast.cli.output.Text;
import io.holdfast.coordinator.protocol.LeaderEffect.Progress;
import java.util.Locale;
import java.util.Map;

/** The words and numbers that both ways of showing progress share. */
final class ProgressText {
  private static final String LOSS = "loss";

  private ProgressText() {}

  /** Such as {@code Epoch 2/3}. */
  static String epoch(Progress progress) {
    return "Epoch " + progress.epoch() + "/" + epochs(progress);
  }

  /** Such as {@code 120/469 loss 0.3124 accuracy 0.9102 5120 samples/s}. */
  static String numbers(Progress progress) {
    StringBuilder text = new StringBuilder();
    text.append(stepInEpoch(progress)).append('/').append(stepsInThisEpoch(progress));
    double loss = progress.means().getOrDefault(LOSS, progress.loss());
    text.append("  ").append(LOSS).append(' ').append(Text.number(loss));
    for (Map.Entry<String, Double> mean : progress.means().entrySet()) {
      if (!mean.getKey().equals(LOSS)) {
        text.append("  ").append(mean.getKey()).append(' ').append(Text.number(mean.getValue()));
      }
    }
    text.append(String.format(Locale.ROOT, "  %.0f samples/s", progress.samplesPerSecond()));
    return text.append("  (step ").append(progress.step()).append(')').toString();
  }

  static long stepInEpoch(Progress progress) {
    return progress.step() - (progress.epoch() - 1) * progress.stepsPerEpoch();
  }

  /** Fewer than in others where the run ends inside this epoch. */
  static long stepsInThisEpoch(Progress progress) {
    long begun = (progress.epoch() - 1) * progress.stepsPerEpoch();
    return Math.min(progress.stepsPerEpoch(), progress.lastStep() - begun);
  }

  static boolean endsEpoch(Progress progress) {
    return stepInEpoch(progress) >= stepsInThisEpoch(progress);
  }

  private static long epochs(Progress progress) {
    return (progress.lastStep() + progress.stepsPerEpoch() - 1) / progress.stepsPerEpoch();
  }
}
