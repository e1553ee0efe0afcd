package io.holdfast.job;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A job file, read and found good. Equal jobs train to equal bits on any number of workers.
 *
 * @param name the run's name for people
 * @param seed where initial values, shuffling and dropout come from
 * @param epochs passes over the training data; at least one of epochs and steps is present, and
 *     whichever ends first ends the run
 * @param steps optimizer steps
 */
public record Job(
    String name,
    long seed,
    ModelSpec model,
    LossFunction loss,
    OptimizerSpec optimizer,
    List<MetricFunction> metrics,
    DataSpec data,
    OptionalInt epochs,
    OptionalLong steps,
    MeshSpec mesh,
    CheckpointSpec checkpoint,
    ClusterSpec cluster) {

  public Job {
    Objects.requireNonNull(name);
    Objects.requireNonNull(model);
    Objects.requireNonNull(loss);
    Objects.requireNonNull(optimizer);
    Objects.requireNonNull(data);
    Objects.requireNonNull(mesh);
    Objects.requireNonNull(checkpoint);
    Objects.requireNonNull(cluster);
    Checks.name(name);
    metrics = List.copyOf(metrics);
    epochs.ifPresent(count -> Checks.range("epochs", count, 1, JobLimits.MAX_EPOCHS));
    steps.ifPresent(count -> Checks.range("steps", count, 1, JobLimits.MAX_STEPS));
    if (epochs.isEmpty() && steps.isEmpty()) {
      throw new IllegalArgumentException("a job needs epochs, steps or both");
    }
  }
}
