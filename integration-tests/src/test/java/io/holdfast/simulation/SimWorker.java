package io.holdfast.simulation;

import io.holdfast.coordinator.protocol.ExitCode;
import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage;
import io.holdfast.protocol.WorkerMessage.Cause;
import io.holdfast.protocol.WrittenPiece;
import io.holdfast.worker.protocol.WorkerEffect;
import io.holdfast.worker.protocol.WorkerEvent;
import io.holdfast.worker.protocol.WorkerMachine;
import io.holdfast.worker.protocol.WorkerPhase;
import io.holdfast.worker.protocol.WorkerSettings;
import io.holdfast.worker.protocol.WorkerState;
import io.holdfast.worker.protocol.WorkerTransition;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A worker process: the machine as it is, around it toy kernels, a writer and a network. */
final class SimWorker extends World.Process {
  private static final long TICK = 125 * World.MILLI;
  final String id;
  private final Simulation simulation;
  private final World world;
  private WorkerState state;
  private Optional<Stream> stream = Optional.empty();
  private Map<Integer, Long> values = Map.of();
  private Map<Integer, Long> before = Map.of();
  private long valuesStep = -1;
  private Optional<SimExchange> exchange = Optional.empty();
  private Generation newest = Generation.NONE;
  private final List<SimExchange.Frame> early = new ArrayList<>();
  private final Deque<WorkerEffect.Compute> granted = new ArrayDeque<>();
  private final Echoes<WorkerMessage> said =
      new Echoes<>(message -> SimCoordinator.generation(message).orElseThrow());
  private boolean computing;
  private long work;
  private String abandoned = "";

  SimWorker(Simulation simulation, String id) {
    this.simulation = simulation;
    this.world = simulation.world;
    this.id = id;
    state =
        WorkerState.initial(
            new WorkerSettings(
                "v", id, "host", 1, id + ":1", 7, List.of("a", "b"), Duration.ofSeconds(30)));
    world.after(1, this, () -> apply(new WorkerEvent.Started()));
    world.after(TICK, this, this::tick);
  }

  WorkerState state() {
    return state;
  }

  private void tick() {
    apply(new WorkerEvent.Tick());
    world.after(TICK, this, this::tick);
  }

  void receive(Stream from, CoordinatorMessage message) {
    world.trace(id, "<-", message);
    CoordinatorMessage heard =
        message instanceof CoordinatorMessage.RunStep run
                && simulation.mutation == Mutation.IGNORE_GENERATION
            ? new CoordinatorMessage.RunStep(state.generation(), run.step())
            : message;
    apply(new WorkerEvent.Received(from.workerNumber, heard));
  }

  void lost(Stream from, String reason) {
    apply(new WorkerEvent.Disconnected(from.workerNumber, reason));
  }

  /** kill -9. */
  void crash() {
    world.trace(id, "CRASH");
    alive = false;
    exchange.ifPresent(SimExchange::leave);
    stream.ifPresent(open -> open.reset("worker crashed"));
  }

  private void apply(WorkerEvent event) {
    WorkerPhase before = state.phase();
    WorkerTransition transition = WorkerMachine.apply(state, world.now + clockAhead, event);
    state = transition.state();
    if (before != state.phase()) {
      world.trace(id, before, "->", state.phase(), state.reason());
    }
    transition.effects().forEach(this::carryOut);
  }

  private void carryOut(WorkerEffect effect) {
    if (effect instanceof WorkerEffect.Send send) {
      stream.ifPresent(open -> say(open, send.message()));
    } else if (effect instanceof WorkerEffect.Connect connect) {
      connect(connect);
    } else if (effect instanceof WorkerEffect.Disconnect) {
      stream.ifPresent(Stream::closedByWorker);
      stream = Optional.empty();
    } else if (effect instanceof WorkerEffect.Prepare prepare) {
      prepare(prepare);
    } else if (effect instanceof WorkerEffect.Load load) {
      load(load);
    } else if (effect instanceof WorkerEffect.Compute compute) {
      compute(compute);
    } else if (effect instanceof WorkerEffect.EvaluateState evaluate) {
      evaluate(evaluate);
    } else if (effect instanceof WorkerEffect.WriteShards write) {
      write(write);
    } else if (effect instanceof WorkerEffect.AbandonWrite abandon) {
      abandoned = abandon.prefix();
    } else if (effect instanceof WorkerEffect.AbandonWork) {
      abandonWork();
      exchange.ifPresent(SimExchange::leave);
    } else if (effect instanceof WorkerEffect.Exit exit) {
      if (exit.exitCode() == ExitCode.DRAINED
          && simulation.mutation == Mutation.DRAINED_COMES_BACK) {
        comeBack();
        return;
      }
      alive = false;
      exchange.ifPresent(SimExchange::leave);
      simulation.workerExited(this, exit.exitCode(), exit.reason());
      stream.ifPresent(Stream::closedByWorker);
    }
  }

  /** Now and then what it said in an earlier round is heard again. */
  private void say(Stream open, WorkerMessage message) {
    open.toCoordinator(message);
    if (SimCoordinator.generation(message).isEmpty()) {
      return;
    }
    said.add(message);
    if (simulation.echoes()) {
      simulation.pick(said.before(newest)).ifPresent(open::toCoordinator);
    }
  }

  private void abandonWork() {
    granted.clear();
    computing = false;
    if (simulation.mutation != Mutation.IGNORE_GENERATION) {
      work++;
    }
  }

  private void comeBack() {
    exchange.ifPresent(SimExchange::leave);
    stream.ifPresent(Stream::closedByWorker);
    stream = Optional.empty();
    state = WorkerState.initial(state.settings());
    apply(new WorkerEvent.Started());
  }

  private void connect(WorkerEffect.Connect effect) {
    long number = effect.connection();
    world.after(
        world.between(World.MILLI, 10 * World.MILLI),
        this,
        () -> {
          Optional<SimCoordinator> at = simulation.coordinatorAt(effect.address());
          if (at.isEmpty()) {
            apply(new WorkerEvent.Disconnected(number, "connection refused"));
            return;
          }
          stream = Optional.of(simulation.open(at.get(), this, number));
          apply(new WorkerEvent.Connected(number));
        });
  }

  private void prepare(WorkerEffect.Prepare effect) {
    ToyRun run = simulation.run;
    world.after(
        world.between(50 * World.MILLI, 900 * World.MILLI),
        this,
        () -> {
          if (world.chance(simulation.storageFaults())) {
            apply(new WorkerEvent.JobFailed(effect.job(), Cause.UNREADABLE, "no data"));
          } else {
            apply(
                new WorkerEvent.JobPrepared(
                    effect.job(),
                    ToyRun.PROBE,
                    run.trainSamples,
                    run.validationSamples,
                    run.plan.groups().size()));
          }
        });
  }

  private void working(long nanos, Runnable then) {
    long mine = work;
    world.after(
        nanos,
        this,
        () -> {
          if (mine == work) {
            then.run();
          }
        });
  }

  private void load(WorkerEffect.Load load) {
    exchange.ifPresent(SimExchange::leave);
    newest = load.generation();
    exchange = Optional.of(new SimExchange(simulation, this, load.round()));
    simulation.entered(this, load.round());
    early.removeIf(frame -> frame.generation().compareTo(newest) < 0);
    working(world.between(20 * World.MILLI, 400 * World.MILLI), () -> loadNow(load));
  }

  private void loadNow(WorkerEffect.Load load) {
    Generation generation = load.generation();
    if (world.chance(simulation.storageFaults())) {
      apply(new WorkerEvent.LoadFailed(generation, Cause.UNREADABLE, "EIO"));
      return;
    }
    String prefix = load.round().prefix();
    Optional<Map<Integer, Long>> read =
        prefix.isEmpty() ? Optional.of(simulation.run.initial()) : simulation.store.values(prefix);
    if (read.isEmpty()) {
      apply(new WorkerEvent.LoadFailed(generation, Cause.DAMAGED_CHECKPOINT, prefix));
      return;
    }
    before = Map.of();
    values = read.get();
    valuesStep = load.round().step();
    requireUndisturbed();
    awaitPeers(load);
  }

  /** The state is ready; the exchange is when all members are in the round. */
  private void awaitPeers(WorkerEffect.Load load) {
    if (exchange.isEmpty() || exchange.get().isOver()) {
      return;
    }
    if (!simulation.allEntered(load.round())) {
      working(20 * World.MILLI, () -> awaitPeers(load));
      return;
    }
    apply(
        new WorkerEvent.Loaded(
            load.generation(),
            load.round().step(),
            ToyRun.proof(values),
            ToyRun.proof(slots(load.round().owners()))));
  }

  /** Values of the groups that are owned here and have a slot. */
  private Map<Integer, Long> slots(List<String> owners) {
    Map<Integer, Long> slots = new HashMap<>(values);
    slots
        .keySet()
        .removeIf(
            group ->
                !owners.get(group).equals(id)
                    || simulation.run.plan.groups().get(group).slots().isEmpty());
    return slots;
  }

  /** Logical shards that are computed here in the round. */
  List<Integer> shards() {
    return exchange.stream()
        .flatMap(open -> open.round.members().stream())
        .filter(member -> member.workerId().equals(id))
        .findAny()
        .orElseThrow()
        .shards();
  }

  Generation newestRound() {
    return newest;
  }

  boolean hasLeft(Generation generation) {
    return newest.compareTo(generation) > 0
        || (newest.equals(generation) && exchange.orElseThrow().isOver());
  }

  /** A frame comes over a connection of its generation. */
  void receiveFrame(SimExchange.Frame frame) {
    int order = frame.generation().compareTo(newest);
    boolean anyOrder = simulation.mutation == Mutation.EXCHANGE_IGNORES_GENERATION;
    if (order > 0) {
      early.add(frame);
    } else if (order == 0 || anyOrder) {
      exchange.filter(open -> !open.isOver()).ifPresent(open -> open.receive(frame));
    }
  }

  /** A connection to another member is gone, or it says what it must not. */
  void peerLost(Generation generation, String other, String reason) {
    boolean mine =
        exchange.isPresent()
            && !exchange.get().isOver()
            && exchange.get().round.generation().equals(generation);
    if (mine) {
      exchange.get().leave();
      apply(new WorkerEvent.PeerLost(generation, other, reason));
    }
  }

  private void requireUndisturbed() {
    values.forEach(
        (group, value) -> {
          if (value != simulation.run.expected(group, valuesStep)) {
            throw new Violation(
                id + " holds wrong values of group " + group + " at step " + valuesStep);
          }
        });
  }

  /** One step after the other, as the compute thread takes them from its queue. */
  private void compute(WorkerEffect.Compute compute) {
    granted.add(compute);
    if (!computing) {
      computeNext();
    }
  }

  private void computeNext() {
    computing = !granted.isEmpty();
    if (!computing) {
      return;
    }
    WorkerEffect.Compute compute = granted.remove();
    SimExchange open = exchange.orElseThrow();
    before = Map.of();
    working(
        world.between(10 * World.MILLI, 200 * World.MILLI),
        () -> {
          simulation.echoFrames(this, compute.step());
          open.begin(compute.step(), values, () -> computed(compute, open));
          List<SimExchange.Frame> waiting = List.copyOf(early);
          early.clear();
          waiting.forEach(this::receiveFrame);
        });
  }

  private void computed(WorkerEffect.Compute compute, SimExchange open) {
    before = values;
    values = open.next();
    valuesStep++;
    requireUndisturbed();
    computeNext();
    apply(
        new WorkerEvent.StepComputed(
            compute.generation(),
            compute.step(),
            ToyRun.report(shards(), compute.step(), 1),
            1000,
            10,
            10));
  }

  private void evaluate(WorkerEffect.EvaluateState evaluate) {
    working(
        world.between(10 * World.MILLI, 200 * World.MILLI),
        () ->
            apply(
                new WorkerEvent.EvaluationComputed(
                    evaluate.generation(),
                    evaluate.step(),
                    ToyRun.report(shards(), evaluate.step(), 2))));
  }

  private void write(WorkerEffect.WriteShards write) {
    Map<Integer, Long> handedOver = held(write.step());
    long slow = world.chance(0.1) ? 4 * World.SECOND : 300 * World.MILLI;
    world.after(world.between(5 * World.MILLI, slow), this, () -> finishWrite(write, handedOver));
  }

  /** The newest state, or the one before it until the next step begins. */
  private Map<Integer, Long> held(long step) {
    if (step == valuesStep) {
      return values;
    }
    if (step != valuesStep - 1 || before.isEmpty()) {
      throw new Violation(id + " writes step " + step + " and holds " + valuesStep);
    }
    return before;
  }

  private void finishWrite(WorkerEffect.WriteShards write, Map<Integer, Long> handedOver) {
    if (abandoned.equals(write.prefix()) || world.chance(simulation.storageFaults())) {
      apply(
          new WorkerEvent.ShardFilesFailed(
              write.prefix(), write.files().get(0).shard(), "EIO or abandoned"));
      return;
    }
    Map<Integer, Long> content =
        simulation.mutation == Mutation.TORN_SNAPSHOT ? values : handedOver;
    List<WorkerEvent.ShardFile> files =
        write.files().stream()
            .map(file -> writeFile(write.prefix(), file.shard(), file.groups(), content))
            .toList();
    apply(new WorkerEvent.ShardFilesWritten(write.prefix(), files));
  }

  private WorkerEvent.ShardFile writeFile(
      String prefix, int shard, List<Integer> groups, Map<Integer, Long> content) {
    Map<Integer, Long> some = new HashMap<>(content);
    some.keySet().retainAll(groups);
    simulation.store.writeShard(SimStore.file(prefix, shard), some);
    List<WrittenPiece> pieces = new ArrayList<>();
    long length = simulation.pieces(groups, pieces);
    return new WorkerEvent.ShardFile(shard, length, pieces);
  }
}
