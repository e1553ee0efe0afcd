package io.holdfast.worker.runtime;

import io.holdfast.job.Job;
import io.holdfast.job.file.JobException;
import io.holdfast.job.file.JobText;
import io.holdfast.job.plan.BatchSchedule;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.job.random.Shuffle;
import io.holdfast.model.Evaluation;
import io.holdfast.model.Lanes;
import io.holdfast.model.Network;
import io.holdfast.model.ProbeDigest;
import io.holdfast.model.data.DataSources;
import io.holdfast.model.data.Dataset;
import io.holdfast.model.kernel.KernelEnvironment;
import io.holdfast.protocol.CoordinatorMessage.Restore;
import io.holdfast.protocol.ShardSums;
import io.holdfast.storage.SettingsException;
import io.holdfast.storage.Stores;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.worker.exchange.ExchangeNode;
import io.holdfast.worker.exchange.ExchangeRound;
import io.holdfast.worker.exchange.RoundMembers;
import io.holdfast.worker.protocol.WorkerEffect;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A job brought to life in this process: its data, its kernels and its states. For one thread, the
 * compute thread; {@link #states} alone is safe from any.
 */
final class Trainer {
  /** How long all members of a round may take to meet; a lost one is told long before. */
  private static final Duration READY_DEADLINE = Duration.ofSeconds(60);

  private final Job job;
  private final ObjectStore store;
  private final SlicePlan slices;
  private final Dataset train;
  private final Optional<Dataset> validation;
  private final BatchSchedule schedule;
  private final BufferPool buffers = new BufferPool();
  private final StatePool pool;
  private final HeldStates states;
  private final ExchangeNode exchange;
  private final FrozenFiles frozenFiles;
  private final StateLoader loader;
  private final Stepper stepper;
  private final Optional<Evaluation> evaluation;
  private final String probeDigest;

  private Optional<Round> round = Optional.empty();
  private int orderEpoch = -1;
  private int[] order = new int[0];

  /** What lasts as long as a round. */
  private record Round(RoundLayout layout, ExchangeRound exchange, GradientParts parts) {}

  private Trainer(
      Job job,
      ObjectStore store,
      Dataset train,
      Optional<Dataset> validation,
      ExchangeNode exchange,
      int cores) {
    ModelPlan plan = ModelPlan.of(job);
    Network network = Network.of(job, plan);
    Lanes lanes = new Lanes(network, Lanes.count(job.mesh().shards(), job.mesh().threads(), cores));
    this.job = job;
    this.store = store;
    this.slices = SlicePlan.of(plan, job.mesh().shards());
    this.train = train;
    this.validation = validation;
    this.schedule = BatchSchedule.of(job, train.samples());
    this.pool = new StatePool(plan, buffers);
    this.states = new HeldStates(pool);
    this.exchange = exchange;
    this.frozenFiles = new FrozenFiles(store, job.checkpoint().retention().maxToKeep());
    this.loader = new StateLoader(job, plan, slices, store, frozenFiles);
    this.stepper = new Stepper(job, plan, slices, train, network.maxShardRows(), lanes);
    this.evaluation = validation.map(data -> new Evaluation(job, network, data, lanes));
    this.probeDigest = ProbeDigest.of(job, plan);
  }

  /**
   * Brings a job up: kernels first, for their settings must stand before any native code is loaded.
   *
   * @param run URI of the run directory
   * @param jobText canonical JSON of the job
   * @param exchange where other members of a round are met
   * @param cores for the kernels of this process
   * @throws BadInputException if the job or its data cannot be trained, or the way to the run is
   *     set up wrongly
   * @throws IOException if the data or the run cannot be read now
   */
  static Trainer prepare(String run, String jobText, ExchangeNode exchange, int cores)
      throws BadInputException, IOException {
    Job job = job(run, jobText);
    if (KernelEnvironment.apply(job.mesh()) instanceof KernelEnvironment.Outcome.Refused refused) {
      throw new BadInputException(refused.reason());
    }
    DataSources.Result data = DataSources.open(job, ModelPlan.of(job));
    if (data instanceof DataSources.Result.Rejected rejected) {
      throw new BadInputException(rejected.reason());
    }
    if (data instanceof DataSources.Result.Unreadable unreadable) {
      throw unreadable.failure();
    }
    DataSources.Result.Opened opened = (DataSources.Result.Opened) data;
    return new Trainer(job, store(run), opened.train(), opened.validation(), exchange, cores);
  }

  private static ObjectStore store(String run) throws BadInputException, IOException {
    try {
      return Stores.open(URI.create(run));
    } catch (SettingsException e) {
      throw new BadInputException(run + ": " + e.getMessage());
    }
  }

  private static Job job(String run, String text) throws BadInputException {
    try {
      return JobText.read("job of " + run, text);
    } catch (JobException e) {
      throw new BadInputException(e.getMessage());
    }
  }

  /** How long a piece of work may take. */
  Duration progressTimeout() {
    return job.cluster().progressTimeout();
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

  HeldStates states() {
    return states;
  }

  FrozenFiles frozenFiles() {
    return frozenFiles;
  }

  /**
   * What a member holds after loading.
   *
   * @param values CRC-32C of the value of each group of slices, in the job's order
   * @param slots CRC-32C of each slot of each owned group, in the job's order
   */
  record Proof(List<Integer> values, List<Integer> slots) {}

  /**
   * Joins a round: makes the state of its checkpoint, or the initial one, the current one, and
   * meets the other members meanwhile.
   *
   * @param listener told if the round cannot go on
   * @throws CancelledException if the round was over before it stood
   */
  Proof load(WorkerEffect.Load load, ExchangeRound.Listener listener, Cancellation.Check check)
      throws IOException, DamagedCheckpointException, InterruptedException {
    leaveRound();
    check.proceed();
    RoundMembers members =
        RoundMembers.of(
            load.round(),
            load.workerId(),
            Duration.ofMillis(load.heartbeatMillis()),
            Duration.ofMillis(load.leaseMillis()));
    RoundLayout layout =
        new RoundLayout(members, load.round().owners(), slices, job.mesh().shards());
    Round joined =
        new Round(layout, exchange.join(members, listener), new GradientParts(layout, buffers));
    round = Optional.of(joined);
    fill(load.round(), layout.owned(), check);
    stepper.enter(layout, joined.exchange(), joined.parts());
    check.rest();
    if (!joined.exchange().awaitReady(READY_DEADLINE)) {
      throw new CancelledException();
    }
    check.proceed();
    StateBuffers held = states.newest();
    return new Proof(loader.valueChecksums(held), loader.slotChecksums(held, layout.owned()));
  }

  private void leaveRound() {
    round.ifPresent(
        before -> {
          before.exchange().close();
          before.parts().release();
        });
    round = Optional.empty();
  }

  private void fill(Restore from, List<SliceGroup> owned, Cancellation.Check check)
      throws IOException, DamagedCheckpointException, InterruptedException {
    states.forgetBefore();
    StateBuffers target = pool.take(owned);
    boolean filled = false;
    try {
      target.renewFrozen();
      if (from.prefix().isEmpty()) {
        loader.initialize(target, owned);
      } else {
        loader.restore(from.prefix(), target, owned, check);
      }
      filled = true;
    } finally {
      if (!filled) {
        pool.release(target);
      }
    }
    states.restart(from.step(), target);
  }

  /**
   * What a step of this worker gave.
   *
   * @param sums of its logical shards
   * @param waitNanos that it waited for other workers
   * @param sentBytes to other workers
   */
  record StepResult(List<ShardSums> sums, long waitNanos, long sentBytes) {}

  /**
   * Computes the state of {@code step}, counted from 1, from the one before.
   *
   * @throws CancelledException if the round is over, or a step before it came to nothing
   */
  StepResult compute(long step, Cancellation.Check check) throws InterruptedException {
    check.proceed();
    RoundLayout layout = round.orElseThrow(CancelledException::new).layout();
    BatchSchedule.BatchPosition at = schedule.at(step - 1);
    states.forgetBefore();
    StateBuffers next = pool.take(layout.owned());
    Stepper.Result result;
    boolean computed = false;
    try {
      result = stepper.step(at, orderOf(at.epoch()), states.newest(), next, check);
      computed = true;
    } finally {
      if (!computed) {
        // Others may still send into these buffers until the round is left.
        leaveRound();
        pool.release(next);
      }
    }
    states.advance(next);
    return new StepResult(
        named(layout.myShards(), result.sums()), result.waitNanos(), result.sentBytes());
  }

  /** The validation sums of the current state over this worker's logical shards. */
  List<ShardSums> evaluate(Cancellation.Check check) throws InterruptedException {
    if (evaluation.isEmpty()) {
      return List.of();
    }
    List<Integer> mine = round.orElseThrow().layout().myShards();
    return named(mine, evaluation.get().sums(states.newest().weights(), mine, check::proceed));
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

  private List<ShardSums> named(List<Integer> shards, List<io.holdfast.model.ShardSums> all) {
    List<ShardSums> named = new ArrayList<>();
    for (int i = 0; i < shards.size(); i++) {
      io.holdfast.model.ShardSums sums = all.get(i);
      List<Double> metrics =
          job.metrics().stream().map(metric -> sums.metrics().getOrDefault(metric, 0.0)).toList();
      named.add(new ShardSums(shards.get(i), sums.loss(), sums.rows(), metrics));
    }
    return named;
  }
}
