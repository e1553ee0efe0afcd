package io.holdfast.cli;

import io.holdfast.job.Job;
import io.holdfast.job.file.DataFiles;
import io.holdfast.job.file.JobException;
import io.holdfast.job.file.JobText;
import io.holdfast.job.plan.BatchSchedule;
import io.holdfast.job.plan.KerasObjects;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.Variable;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.checkpoint.CheckpointCopy;
import io.holdfast.storage.checkpoint.CheckpointMetadata;
import io.holdfast.storage.checkpoint.DataPosition;
import io.holdfast.storage.checkpoint.Fork;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.RecoveryPlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * {@code --fork}: a checkpoint of another run becomes the start of a new one, whose job may be any
 * that has the same variables. Steps are counted on; where the data stand follows from the step, as
 * always, by the new job. Weights, slots and iterations are copied; the learning rate is the new
 * job's. The source is only read.
 */
final class ForkedStart {
  private final Job job;
  private final String jobFile;
  private final StoredRun source;
  private final Prefix prefix;
  private final RunLocation target;

  private ForkedStart(
      Job job, String jobFile, StoredRun source, Prefix prefix, RunLocation target) {
    this.job = job;
    this.jobFile = jobFile;
    this.source = source;
    this.prefix = prefix;
    this.target = target;
  }

  /**
   * A fork that was asked for.
   *
   * @param from as {@link CheckpointName} has it
   */
  static ForkedStart parse(Job job, String jobFile, String from, RunLocation target) {
    CheckpointName name = CheckpointName.parse(from);
    StoredRun run = name.requireRun();
    return new ForkedStart(job, jobFile, run, run.find(name.step()), target);
  }

  /** Bad input if the new run exists or the job does not fit the checkpoint. Writes nothing. */
  void require() throws InterruptedException {
    requireVacant();
    RecoveryPlan plan = source.read(() -> source.directory().planFrom(prefix));
    if (plan.isHopeless()) {
      throw CommandFailedException.damaged(
          "--from: " + plan.damaged().get(0).damage().get(0) + "; nothing was changed");
    }
    requireFit(plan.startMetadata().orElseThrow());
    long last = schedule().totalSteps();
    if (last <= prefix.step()) {
      throw CommandFailedException.badInput(
          "%s: ends at step %d, and the checkpoint is of step %d (allowed: more epochs or steps)"
              .formatted(jobFile, last, prefix.step()));
    }
  }

  private void requireVacant() throws InterruptedException {
    if (target.find().isEmpty()) {
      return;
    }
    target.requireWritable();
    StoredRun there = StoredRun.open(target.given());
    Vacancy.require(target, there.directory().store());
    boolean taken =
        !there.checkpoints().isEmpty()
            || there.read(() -> !there.directory().lostIndexes().isEmpty());
    if (taken) {
      throw CommandFailedException.badInput(
          "--dir: "
              + target.given()
              + ": has checkpoints already (allowed with --fork: a new directory; a run that was"
              + " forked before goes on without --fork and --from)");
    }
  }

  private void requireFit(CheckpointMetadata metadata) {
    Map<String, Variable> stored = byName(variablesOf(metadata));
    ModelPlan plan = ModelPlan.of(job);
    for (Variable variable : plan.variables()) {
      Variable there = stored.remove(variable.name());
      if (there == null || !isSame(variable, there)) {
        throw misfit(described(variable), there == null ? "none" : described(there));
      }
    }
    for (Variable left : stored.values()) {
      if (!isSlotOfFrozen(left, plan)) {
        throw misfit("none", described(left));
      }
    }
  }

  /** Those stay behind: a frozen weight has no slots. */
  private static boolean isSlotOfFrozen(Variable variable, ModelPlan plan) {
    return variable.role() instanceof Variable.Slot slot && plan.variable(slot.of()).frozen();
  }

  private List<Variable> variablesOf(CheckpointMetadata metadata) {
    try {
      return ModelPlan.of(JobText.read("job of " + prefix, metadata.job())).variables();
    } catch (JobException e) {
      throw CommandFailedException.badInput(
          "--from: " + prefix + ": its job cannot be understood: " + e.getMessage());
    }
  }

  private static Map<String, Variable> byName(List<Variable> variables) {
    return new TreeMap<>(
        variables.stream().collect(Collectors.toMap(Variable::name, Function.identity())));
  }

  private static boolean isSame(Variable one, Variable other) {
    return one.dtype() == other.dtype() && one.shape().equals(other.shape());
  }

  private static String described(Variable variable) {
    return "%s %s %s".formatted(variable.name(), variable.dtype().pythonName(), variable.shape());
  }

  private CommandFailedException misfit(String now, String stored) {
    return CommandFailedException.badInput(
        jobFile
            + ": has the variable "
            + now
            + " where "
            + prefix
            + " has "
            + stored
            + " (allowed with --fork: any job with the same weights and the same kind of optimizer;"
            + " it may freeze layers, but not train frozen ones that lack slots)");
  }

  private BatchSchedule schedule() {
    try {
      return BatchSchedule.of(job, DataFiles.samples(job.data().train()));
    } catch (IOException e) {
      throw CommandFailedException.unreachable(jobFile + ": data.train cannot be read: " + e);
    }
  }

  /** Copies the checkpoint, commits it as the new run's first and reads it back. */
  IncomingCheckpoint.Arrived make() {
    return source.read(prefix, this::copy);
  }

  private IncomingCheckpoint.Arrived copy(BundleReader reader) throws DamagedCheckpointException {
    try {
      Optional<Fork> fork = Optional.of(fork(CheckpointMetadata.read(reader)));
      int shards =
          Math.min(reader.index().shards(), CheckpointCopy.mostShards(reader.index(), fork));
      return new IncomingCheckpoint(target).take(reader, prefix.step(), shards, fork);
    } catch (IOException e) {
      throw CommandFailedException.unreachable(
          source.file(prefix.toString()) + " to " + target.given() + ": not copied: " + e);
    }
  }

  private Fork fork(CheckpointMetadata metadata) {
    ModelPlan plan = ModelPlan.of(job);
    long stepsPerEpoch = schedule().stepsPerEpoch();
    return new Fork(
        UUID.randomUUID().toString(),
        Instant.now(),
        JobText.write(job),
        new DataPosition(prefix.step() / stepsPerEpoch, prefix.step() % stepsPerEpoch),
        KerasObjects.graph(plan),
        keys(metadata, plan),
        learningRate(plan));
  }

  /** A frozen weight has another key than a trained one, and the others' numbers follow. */
  private Map<String, String> keys(CheckpointMetadata metadata, ModelPlan plan) {
    Map<String, Variable> stored = byName(variablesOf(metadata));
    return plan.variables().stream()
        .collect(Collectors.toMap(v -> stored.get(v.name()).key(), Variable::key));
  }

  private static Map<String, ByteBuffer> learningRate(ModelPlan plan) {
    Map<String, ByteBuffer> values = new HashMap<>();
    for (Variable variable : plan.variables()) {
      if (variable.role() instanceof Variable.LearningRate rate) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        values.put(variable.key(), bytes.putFloat(0, (float) rate.initial()));
      }
    }
    return values;
  }

  /** For people: what becomes what. */
  String told(IncomingCheckpoint.Arrived arrived) {
    return "Forked %s of %s: this run starts as %s"
        .formatted(prefix, source.location().shown(), arrived.prefix());
  }
}
