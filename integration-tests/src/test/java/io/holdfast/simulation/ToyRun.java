package io.holdfast.simulation;

import io.holdfast.coordinator.protocol.CheckpointMetadata;
import io.holdfast.coordinator.protocol.CheckpointMetadata.Best;
import io.holdfast.coordinator.protocol.MembersRule;
import io.holdfast.coordinator.protocol.RunPlan;
import io.holdfast.coordinator.protocol.Sums;
import io.holdfast.job.CheckpointSpec;
import io.holdfast.job.Initializer;
import io.holdfast.job.RetentionSpec;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SumTree;
import io.holdfast.job.plan.Variable;
import io.holdfast.protocol.ShardSums;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.bundle.TensorSlice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;

/**
 * A training whose every state is known beforehand: the next value of a group of slices is a hash
 * of its value and the step, so that a torn, mixed or stale state shows at once.
 */
final class ToyRun {
  static final String PROBE = "probe";
  static final int BATCH = 8;

  /** Groups from this one on are frozen. */
  private static final int FIRST_FROZEN = 5;

  final RunPlan plan;
  final long trainSamples;
  final long validationSamples;
  final long lastStep;
  final long stepsPerEpoch;
  private final List<long[]> values = new ArrayList<>();
  private final List<CheckpointMetadata> metadata = new ArrayList<>();

  ToyRun(Random random, MembersRule members) {
    stepsPerEpoch = 4 + random.nextInt(12);
    trainSamples = stepsPerEpoch * BATCH - random.nextInt(BATCH);
    validationSamples = random.nextInt(4) == 0 ? 0 : 20;
    lastStep = 20 + random.nextInt(40);
    plan = plan(random, members, lastStep);
    computeAll();
  }

  private static RetentionSpec retention(int maxToKeep) {
    return new RetentionSpec(
        maxToKeep,
        Optional.empty(),
        OptionalLong.empty(),
        Optional.of(new RetentionSpec.SaveBest("loss", RetentionSpec.Mode.MIN, 1)),
        Optional.empty(),
        OptionalLong.empty());
  }

  private static RunPlan plan(Random random, MembersRule members, long lastStep) {
    CheckpointSpec checkpoint =
        new CheckpointSpec(
            random.nextInt(3) == 0 ? OptionalLong.empty() : OptionalLong.of(1 + random.nextInt(9)),
            random.nextInt(4) == 0
                ? Optional.of(Duration.ofMillis(500 + random.nextInt(2000)))
                : Optional.empty(),
            random.nextInt(6) == 0
                ? Optional.of(new CheckpointSpec.AutoInterval(0.01))
                : Optional.empty(),
            retention(1 + random.nextInt(3)),
            random.nextInt(4) != 0,
            random.nextInt(4) != 0,
            0,
            OptionalInt.of(1 + random.nextInt(3)));
    return new RunPlan(
        "v",
        "run",
        "{}",
        groups(),
        4,
        BATCH,
        List.of("accuracy"),
        OptionalInt.empty(),
        OptionalLong.of(lastStep),
        checkpoint,
        1,
        members,
        Duration.ofMillis(500),
        Duration.ofSeconds(3));
  }

  /**
   * Two variables of two blocks each with a slot, a scalar, and a frozen variable of two blocks.
   */
  private static List<SliceGroup> groups() {
    List<SliceGroup> groups = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      for (int block = 0; block < 2; block++) {
        groups.add(
            new SliceGroup(
                groups.size(), slice(name, block), List.of(slice(name + "/slot", block))));
      }
    }
    Variable counter =
        new Variable("i", "i", DataType.INT64, TensorShape.SCALAR, new Variable.Iterations());
    groups.add(
        new SliceGroup(groups.size(), new Slice(counter, TensorSlice.full(0), 0, 1), List.of()));
    Variable.Role frozen = new Variable.Weight("f", "kernel", Initializer.ZEROS, false);
    for (int block = 0; block < 2; block++) {
      groups.add(new SliceGroup(groups.size(), slice("f", block, frozen), List.of()));
    }
    return groups;
  }

  boolean isFrozen(int group) {
    return group >= FIRST_FROZEN;
  }

  private static Slice slice(String name, int block) {
    return slice(name, block, new Variable.Iterations());
  }

  private static Slice slice(String name, int block, Variable.Role role) {
    Variable variable = new Variable(name, name, DataType.FLOAT, TensorShape.of(4, 3), role);
    return new Slice(variable, TensorSlice.rows(2, 2L * block, 2), 6L * block, 6);
  }

  private void computeAll() {
    long[] state = new long[plan.groups().size()];
    for (int group = 0; group < state.length; group++) {
      state[group] = mix(group + 1);
    }
    values.add(state);
    metadata.add(new CheckpointMetadata(PROBE, Sums.zero(1), Optional.empty(), Map.of()));
    for (long step = 1; step <= lastStep; step++) {
      long[] next = new long[state.length];
      for (int group = 0; group < state.length; group++) {
        next[group] = next(group, values.get((int) step - 1)[group], step);
      }
      values.add(next);
      metadata.add(metadataAt(step, metadata.get((int) step - 1)));
    }
  }

  private CheckpointMetadata metadataAt(long step, CheckpointMetadata before) {
    Sums epoch = add(before.epochSums(), total(step, 1));
    Map<String, Double> metrics = new TreeMap<>();
    metrics.put("loss", epoch.loss() / epoch.weight());
    metrics.put("accuracy", epoch.metrics().get(0) / epoch.weight());
    boolean epochEnds = step % stepsPerEpoch == 0;
    Optional<Best> best = before.best();
    if (epochEnds || step == lastStep) {
      if (validationSamples > 0) {
        Sums validation = total(step, 2);
        metrics.put("val_loss", validation.loss() / validation.weight());
        metrics.put("val_accuracy", validation.metrics().get(0) / validation.weight());
      }
      double loss = metrics.get("loss");
      if (best.isEmpty() || loss < best.get().value()) {
        best = Optional.of(new Best("loss", loss, step));
      }
    }
    return new CheckpointMetadata(PROBE, epochEnds ? Sums.zero(1) : epoch, best, metrics);
  }

  private Sums total(long step, int kind) {
    return SumTree.sum(plan.shards(), shard -> sums(shard, step, kind), ToyRun::add);
  }

  private static Sums add(Sums a, Sums b) {
    return new Sums(
        a.loss() + b.loss(),
        a.weight() + b.weight(),
        List.of(a.metrics().get(0) + b.metrics().get(0)));
  }

  private static Sums sums(int shard, long step, int kind) {
    Random random = new Random(mix(step * 31 + shard * 7L + kind));
    return new Sums(random.nextDouble(), 1 + random.nextInt(3), List.of(random.nextDouble()));
  }

  /** What a worker reports for its logical shards; kind 1 is training, 2 validation. */
  static List<ShardSums> report(List<Integer> shards, long step, int kind) {
    return shards.stream()
        .map(
            shard -> {
              Sums sums = sums(shard, step, kind);
              return new ShardSums(shard, sums.loss(), sums.weight(), sums.metrics());
            })
        .toList();
  }

  /** One step of training; it leaves the frozen as they are. */
  static long next(int group, long value, long step) {
    return group >= FIRST_FROZEN ? value : mix(value ^ mix(step * 1000 + group));
  }

  /** The undisturbed value of a group at a step. */
  long expected(int group, long step) {
    return values.get((int) step)[group];
  }

  /** What the undisturbed run's checkpoint of that step says besides variables. */
  CheckpointMetadata expectedMetadata(long step) {
    return metadata.get((int) step);
  }

  /** The values of all groups before the first step. */
  Map<Integer, Long> initial() {
    Map<Integer, Long> initial = new TreeMap<>();
    for (int group = 0; group < plan.groups().size(); group++) {
      initial.put(group, expected(group, 0));
    }
    return initial;
  }

  /** By what a worker proves that it holds these values, in the order of their groups. */
  static List<Integer> proof(Map<Integer, Long> values) {
    return new TreeMap<>(values).values().stream().map(ToyRun::checksum).toList();
  }

  /** Stands for the CRC-32C of a value. */
  static int checksum(long value) {
    return (int) (mix(value) >>> 20);
  }

  static long mix(long z) {
    long x = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L + 0x9e3779b97f4a7c15L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    return x ^ (x >>> 31);
  }
}
