package io.holdfast.cli;

import io.holdfast.storage.checkpoint.Prefix;
import java.util.Optional;

/**
 * A checkpoint as {@code --from} names it: STEP, RUN/STEP, or a RUN, whose newest is meant. STEP is
 * what {@link StoredRun#find} takes.
 *
 * @param given as it was typed, for messages
 * @param run empty if it names none
 */
record CheckpointName(String given, Optional<String> run, String step) {

  /** Takes what ends with a step for one of the run before it, unless it is a run itself. */
  static CheckpointName parse(String given) {
    int slash = given.lastIndexOf('/');
    String leaf = given.substring(slash + 1);
    if (slash < 0 && StoredRun.isStep(leaf) && !isRun(given, leaf)) {
      return new CheckpointName(given, Optional.empty(), leaf);
    }
    if (slash < 1 || !StoredRun.isStep(leaf) || isRun(given, leaf)) {
      return new CheckpointName(given, Optional.of(given), StoredRun.LATEST);
    }
    return new CheckpointName(given, Optional.of(given.substring(0, slash)), leaf);
  }

  /** No run has the name of a checkpoint, so none is looked for. */
  private static boolean isRun(String given, String leaf) {
    return Prefix.parse(leaf).isEmpty() && RunLocation.parse(given).find().isPresent();
  }

  /** The checkpoint, of a run that it may only name as it is; bad input if there is none. */
  Prefix findIn(RunLocation expected) {
    if (run.isPresent() && !RunLocation.parse(run.get()).uri().equals(expected.uri())) {
      throw CommandFailedException.badInput(
          "--from: "
              + given
              + ": no checkpoint of "
              + expected.given()
              + " (allowed: "
              + StoredRun.STEPS
              + "; with --fork: RUN/STEP of another run)");
    }
    return StoredRun.open(expected.given()).find(step);
  }

  /** The run that it names; bad input if it names none. */
  StoredRun requireRun() {
    return StoredRun.open(
        run.orElseThrow(
            () ->
                CommandFailedException.badInput(
                    "--from: "
                        + given
                        + ": with --fork it names its run too (allowed: RUN/"
                        + given
                        + ")")));
  }
}
