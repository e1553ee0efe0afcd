package io.holdfast.worker.runtime;

import io.holdfast.job.Job;
import io.holdfast.job.file.JobException;
import io.holdfast.job.file.JobText;
import io.holdfast.job.plan.BatchSchedule;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.job.random.Shuffle;
import io.holdfast.model.Evaluation;
import io.holdfast.model.Lanes;
import io.holdfast.model.Network;
import io.holdfast.model.ProbeDigest;
import io.holdfast.model.data.DataSources;
import io.holdfast.model.data.Dataset;
import io.holdfast.model.kernel.KernelEnvironment;
import io.holdfast.protocol.ShardSums;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.Stores;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A job brought to life in this process: its data, its kernels and its state. For one thread, the
 * compute thread; a state that was handed over is read by the writer too, and no longer changes.
 */
final class Trainer {
  private final Job job;
  private final ObjectStore store;
  private final SlicePlan slices;
  private final Dataset train;
  private final Optional<Dataset> validation;
  private final BatchSchedule schedule;
  private final StatePool pool;
  private final StateLoader loader;
  private final Stepper stepper;
  private final Optional<Evaluation> evaluation;
  private final String probeDigest;

  private StateBuffers current;
  private List<Integer> ownedShards = List.of();
  private int orderEpoch = -1;
  private int[] order = new int[0];

  private Trainer(Job job, ObjectStore store, Dataset train, Optional<Dataset> validation) {
    ModelPlan plan = ModelPlan.of(job);
    Network network = Network.of(job, plan);
    Lanes lanes = new Lanes(network, Lanes.count(job.mesh().shards(), job.mesh().threads()));
    this.job = job;
    this.store = store;
    this.slices = SlicePlan.of(plan);
    this.train = train;
    this.validation = validation;
    this.schedule = BatchSchedule.of(job, train.samples());
    this.pool = new StatePool(plan);
    this.loader = new StateLoader(job, plan, slices, store);
    this.stepper = new Stepper(job, plan, slices, train, network.maxShardRows(), lanes);
    this.evaluation = validation.map(data -> new Evaluation(job, network, data, lanes));
    this.probeDigest = ProbeDigest.of(job, plan);
  }

  /**
   * Brings a job up: kernels first, for their settings must stand before any native code is loaded.
   *
   * @param run URI of the run directory
   * @param jobText canonical JSON of the job
   * @throws BadInputException if the job or its data cannot be trained
   * @throws IOException if the data cannot be read
   */
  static Trainer prepare(String run, String jobText) throws BadInputException, IOException {
    Job job = job(run, jobText);
    if (KernelEnvironment.apply(job.mesh()) instanceof KernelEnvironment.Outcome.Refused refused) {
      throw new BadInputException(refused.reason());
    }
    DataSources.Result data = DataSources.open(job, ModelPlan.of(job));
    if (data instanceof DataSources.Result.Rejected rejected) {
      throw new BadInputException(rejected.reason());
    }
    DataSources.Result.Opened opened = (DataSources.Result.Opened) data;
    return new Trainer(job, Stores.open(URI.create(run)), opened.train(), opened.validation());
  }

  private static Job job(String run, String text) throws BadInputException {
    try {
      return JobText.read("job of " + run, text);
    } catch (JobException e) {
      throw new BadInputException(e.getMessage());
    }
  }

  String probeDigest() {
    return probeDigest;
  }

  long trainSamples() {
    return train.samples();
  }

  long validationSamples() {
    return validation.map(Dataset::samples).orElse(0);
  }

  SlicePlan slices() {
    return slices;
  }

  ObjectStore store() {
    return store;
  }

  /**
   * Makes the state of a checkpoint, or the initial one, the current one.
   *
   * @param prefix the checkpoint; empty for initial values
   * @param shards logical shards that are to be computed here
   * @return the digest of what is now in memory
   */
  String load(String prefix, List<Integer> shards, Cancellation.Check check)
      throws IOException, DamagedCheckpointException {
    StateBuffers target = pool.take();
    try {
      if (prefix.isEmpty()) {
        loader.initialize(target);
      } else {
        loader.restore(prefix, target, check);
      }
    } catch (IOException | DamagedCheckpointException | RuntimeException e) {
      pool.release(target);
      throw e;
    }
    makeCurrent(target);
    ownedShards = shards;
    return loader.digest(current);
  }

  /** Computes the state of {@code step}, counted from 1, from the one before. */
  List<ShardSums> compute(long step, Cancellation.Check check) throws InterruptedException {
    BatchSchedule.BatchPosition at = schedule.at(step - 1);
    StateBuffers next = pool.take();
    List<io.holdfast.model.ShardSums> sums;
    try {
      sums = stepper.step(at, orderOf(at.epoch()), current, next, check);
    } catch (RuntimeException | InterruptedException e) {
      pool.release(next);
      throw e;
    }
    makeCurrent(next);
    return owned(sums);
  }

  /** The validation sums of the current state. */
  List<ShardSums> evaluate(Cancellation.Check check) throws InterruptedException {
    return evaluation.isEmpty()
        ? List.of()
        : owned(evaluation.get().sums(current.trainable(), check::proceed));
  }

  /**
   * Hands the current state to a writer; nothing is copied, and it never changes again until it is
   * released.
   */
  Snapshot handOver() {
    return new Snapshot(pool, current);
  }

  private void makeCurrent(StateBuffers state) {
    if (current != null) {
      pool.release(current);
    }
    current = state;
  }

  private int[] orderOf(int epoch) {
    if (epoch != orderEpoch) {
      order =
          job.data().shuffle()
              ? Shuffle.order(job.seed(), epoch, train.samples())
              : Shuffle.unshuffled(train.samples());
      orderEpoch = epoch;
    }
    return order;
  }

  private List<ShardSums> owned(List<io.holdfast.model.ShardSums> all) {
    List<ShardSums> owned = new ArrayList<>();
    for (int shard : ownedShards) {
      io.holdfast.model.ShardSums sums = all.get(shard);
      List<Double> metrics =
          job.metrics().stream().map(metric -> sums.metrics().getOrDefault(metric, 0.0)).toList();
      owned.add(new ShardSums(shard, sums.loss(), sums.rows(), metrics));
    }
    return owned;
  }
}
