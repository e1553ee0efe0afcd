package io.holdfast.simulation;

import io.holdfast.coordinator.protocol.ExitCode;
import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.coordinator.protocol.MembersRule;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WrittenPiece;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One life of a run, from a seed: faults for a while, then peace, in which it must come to its end.
 *
 * <p>After every event: every commit is whole, holds the undisturbed values and metadata, the
 * newest never goes back and is not deleted before a newer one is verified; a step has at most one
 * live commit; only the leader of the newest term changes storage; no name is written twice; {@code
 * checkpoint} names what exists; nothing is called saved before it is published; workers hold
 * undisturbed values; a message of an old generation, of which some come again, moves nothing; what
 * operators are told has happened.
 */
final class Simulation {
  private static final long PEACE_BOUND = 400 * World.SECOND;
  private static final int STOPPED = 130;
  final long seed;
  final Mutation mutation;
  final World world;
  final ToyRun run;
  final SimStore store;
  final SimOperator operator;
  private final World.Process environment = new World.Process();
  private final List<SimCoordinator> coordinators = new ArrayList<>();
  private final List<SimWorker> workers = new ArrayList<>();
  private final List<Stream> streams = new ArrayList<>();
  private final Map<String, List<WrittenPiece>> pieceCache = new HashMap<>();
  private final Map<String, Long> brokenUntil = new HashMap<>();
  private final Map<String, Long> lastFrame = new HashMap<>();
  private final Map<String, Echoes<SimExchange.Frame>> frames = new HashMap<>();
  private final int workerCount;
  private final long faultsEnd;
  private final double faultRate;
  private long outageUntil;
  private long nextStream;
  private long nextWorker;
  private boolean done;

  Simulation(long seed, Mutation mutation) {
    this.seed = seed;
    this.mutation = mutation;
    world = new World(seed);
    int members = world.chance(0.8) ? 2 + world.random.nextInt(3) : 1;
    int min = world.chance(0.2) ? members : 1 + world.random.nextInt(members);
    MembersRule rule =
        new MembersRule(
            world.chance(0.3) ? 0 : members,
            min,
            Duration.ofMillis(world.random.nextInt(5) * 1000L));
    run = new ToyRun(world.random, rule);
    store = new SimStore(run, mutation);
    operator = new SimOperator(world, store);
    workerCount = members + world.random.nextInt(2);
    faultsEnd = world.now + world.between(5 * World.SECOND, 40 * World.SECOND);
    faultRate = world.random.nextDouble() * 0.2;
  }

  /** Runs to the end; the violation tells seed and trace. */
  void run() {
    try {
      world.after(1, environment, this::supervise);
      world.after(world.between(1, 2 * World.SECOND), environment, this::fault);
      world.after(world.between(1, 5 * World.SECOND), environment, this::operate);
      while (!done) {
        world.next();
        store.check();
        if (world.now > faultsEnd + PEACE_BOUND) {
          throw new Violation("no end " + PEACE_BOUND / World.SECOND + " s after the last fault");
        }
      }
    } catch (Violation | RuntimeException e) {
      Violation told =
          new Violation(
              "seed %d, %s: %s%n%s".formatted(seed, mutation, e.getMessage(), world.traceTail()));
      told.initCause(e);
      throw told;
    }
  }

  long events() {
    return world.events;
  }

  /** Replaces what has died and elects a leader where none is at work. */
  private void supervise() {
    workers.removeIf(worker -> !worker.alive);
    if (workers.size() < workerCount) {
      workers.add(new SimWorker(this, "w" + nextWorker++));
    }
    coordinators.removeIf(coordinator -> !coordinator.alive);
    boolean led =
        coordinators.stream().anyMatch(coordinator -> coordinator.pausedUntil <= world.now);
    if (!led && coordinators.size() < 2) {
      String address = coordinatorAt("a").isPresent() ? "b" : "a";
      long term = store.claim();
      world.trace("term", term, "claimed at", address);
      coordinators.add(new SimCoordinator(this, address, term));
    }
    world.after(world.between(200 * World.MILLI, 2 * World.SECOND), environment, this::supervise);
  }

  Optional<SimCoordinator> coordinatorAt(String address) {
    return coordinators.stream().filter(c -> c.alive && c.address.equals(address)).findAny();
  }

  Stream open(SimCoordinator coordinator, SimWorker worker, long workerNumber) {
    Stream stream = new Stream(world, nextStream++, coordinator, worker, workerNumber);
    streams.removeIf(old -> !old.coordinatorOpen && !old.workerOpen);
    streams.add(stream);
    return stream;
  }

  /** The chance that a piece of storage work fails now. */
  double storageFaults() {
    if (world.now >= faultsEnd) {
      return 0;
    }
    return world.now < outageUntil ? 0.9 : faultRate / 4;
  }

  /** Whether what was said in an earlier round is heard again now. */
  boolean echoes() {
    return world.now < faultsEnd && world.chance(0.1);
  }

  /** Pieces of a shard file with these groups; returns its length. */
  long pieces(List<Integer> groups, List<WrittenPiece> into) {
    List<WrittenPiece> pieces = pieceCache.computeIfAbsent(groups.toString(), k -> make(groups));
    into.addAll(pieces);
    WrittenPiece last = pieces.get(pieces.size() - 1);
    return last.offsetBytes() + last.sizeBytes();
  }

  private List<WrittenPiece> make(List<Integer> groups) {
    Map<String, Integer> counts = new HashMap<>();
    List<WrittenPiece> pieces = new ArrayList<>();
    long offset = 0;
    for (SliceGroup group : run.plan.groups()) {
      for (Slice slice : group.slices()) {
        String key = slice.variable().key();
        int ordinal = counts.merge(key, 1, Integer::sum) - 1;
        if (groups.contains(group.index())) {
          pieces.add(new WrittenPiece(key, ordinal, offset, slice.bytes(), 0));
          offset += slice.bytes();
        }
      }
    }
    return pieces;
  }

  private Optional<SimWorker> worker(String id) {
    return workers.stream().filter(worker -> worker.alive && worker.id.equals(id)).findAny();
  }

  /** Sends over the connection between two members, in order; where there is none, it is lost. */
  void sendFrame(String from, String to, SimExchange.Frame frame) {
    Optional<SimWorker> receiver = worker(to);
    if (receiver.isEmpty()) {
      return;
    }
    frames.computeIfAbsent(to, k -> new Echoes<>(SimExchange.Frame::generation)).add(frame);
    String pair = from + ">" + to;
    if (brokenUntil.getOrDefault(pair, 0L) > world.now) {
      // A connection that swallows bytes: the lease between members finds it.
      loseEachOther(from, to, frame.generation(), 3 * World.SECOND, "silent");
      return;
    }
    boolean faulty = world.now < faultsEnd;
    if (faulty && world.chance(0.002)) {
      loseEachOther(from, to, frame.generation(), World.MILLI, "connection reset");
      return;
    }
    int copies = faulty && world.chance(0.001) ? 2 : 1;
    for (int copy = 0; copy < copies; copy++) {
      long delay = world.chance(0.02) ? 500 * World.MILLI : 3 * World.MILLI;
      long at =
          Math.max(world.now + world.between(100_000, delay), lastFrame.getOrDefault(pair, 0L) + 1);
      lastFrame.put(pair, at);
      world.at(at, receiver.get(), () -> receiver.get().receiveFrame(frame));
    }
  }

  /** Now and then frames that were sent for this step in an earlier round come once more. */
  void echoFrames(SimWorker to, long step) {
    if (!frames.containsKey(to.id) || !echoes()) {
      return;
    }
    for (SimExchange.Frame frame : frames.get(to.id).before(to.newestRound())) {
      if (frame.step() == step) {
        world.after(world.between(1, 5 * World.MILLI), to, () -> to.receiveFrame(frame));
      }
    }
  }

  private void loseEachOther(
      String one, String other, Generation generation, long after, String reason) {
    worker(one).ifPresent(w -> world.after(after, w, () -> w.peerLost(generation, other, reason)));
    worker(other).ifPresent(w -> world.after(after, w, () -> w.peerLost(generation, one, reason)));
  }

  /** A member's connections of a round are closed. */
  void closed(String from, String to, Generation generation) {
    worker(to)
        .filter(w -> !w.id.equals(from))
        .ifPresent(
            w ->
                world.after(
                    world.between(100_000, 5 * World.MILLI),
                    w,
                    () -> w.peerLost(generation, from, "connection closed")));
  }

  /** A member connects to the others; those that are gone or have left refuse it. */
  void entered(SimWorker worker, CoordinatorMessage.Restore round) {
    for (CoordinatorMessage.Member member : round.members()) {
      boolean refused =
          worker(member.workerId())
              .map(w -> !w.id.equals(worker.id) && w.hasLeft(round.generation()))
              .orElse(true);
      if (refused) {
        world.after(
            world.between(World.MILLI, 10 * World.MILLI),
            worker,
            () -> worker.peerLost(round.generation(), member.workerId(), "refused"));
      }
    }
  }

  boolean allEntered(CoordinatorMessage.Restore round) {
    return round.members().stream()
        .allMatch(
            member ->
                worker(member.workerId())
                    .filter(w -> w.newestRound().equals(round.generation()))
                    .isPresent());
  }

  private void part() {
    Optional<SimWorker> one = pick(workers);
    Optional<SimWorker> other = pick(workers);
    if (one.isPresent() && other.isPresent()) {
      long until = world.now + world.between(World.SECOND, 8 * World.SECOND);
      world.trace("PARTITION", one.get().id, other.get().id);
      brokenUntil.put(one.get().id + ">" + other.get().id, until);
      brokenUntil.put(other.get().id + ">" + one.get().id, until);
    }
  }

  private void jump() {
    World.Process process =
        world.chance(0.5)
            ? pick(coordinators).map(c -> (World.Process) c).orElse(environment)
            : pick(workers).map(w -> (World.Process) w).orElse(environment);
    process.clockAhead += world.between(World.MILLI, 10 * World.SECOND);
    world.trace("CLOCK JUMP");
  }

  private void fault() {
    if (world.now >= faultsEnd) {
      return;
    }
    int kind = world.random.nextInt(100);
    if (world.chance(0.12)) {
      part();
    } else if (world.chance(0.05)) {
      jump();
    } else if (kind < 15) {
      pick(coordinators).ifPresent(SimCoordinator::crash);
    } else if (kind < 32) {
      pick(workers).ifPresent(SimWorker::crash);
    } else if (kind < 36) {
      coordinators.forEach(SimCoordinator::crash);
      workers.forEach(SimWorker::crash);
    } else if (kind < 56) {
      pick(coordinators).ifPresent(this::pause);
    } else if (kind < 68) {
      pick(workers).ifPresent(this::pause);
    } else if (kind < 78) {
      pick(streams).ifPresent(stream -> stream.reset("connection reset"));
    } else if (kind < 84) {
      pick(streams).ifPresent(this::swallow);
    } else if (kind < 92) {
      outageUntil = world.now + world.between(World.MILLI, 5 * World.SECOND);
      world.trace("OUTAGE");
    } else if (kind < 96) {
      world.trace("ROT", store.rot());
    } else if (world.chance(0.3)) {
      pick(coordinators)
          .ifPresent(
              c ->
                  world.after(
                      1, c, () -> c.apply(new LeaderEvent.StopRequested("SIGTERM", STOPPED))));
    }
    world.after(world.between(50 * World.MILLI, 4 * World.SECOND), environment, this::fault);
  }

  /** Operators ask in peace too, but not for ever: each drain and each stop costs time. */
  private void operate() {
    if (world.now >= faultsEnd + 10 * World.SECOND) {
      return;
    }
    pick(coordinators).ifPresent(c -> world.after(1, c, () -> operator.ask(c)));
    world.after(world.between(100 * World.MILLI, 8 * World.SECOND), environment, this::operate);
  }

  <T> Optional<T> pick(List<T> from) {
    return from.isEmpty()
        ? Optional.empty()
        : Optional.of(from.get(world.random.nextInt(from.size())));
  }

  private void pause(World.Process process) {
    process.pausedUntil = world.now + world.between(10 * World.MILLI, 12 * World.SECOND);
    world.trace("PAUSE", process instanceof SimWorker w ? w.id : "coordinator");
  }

  private void swallow(Stream stream) {
    world.trace("BLACK HOLE");
    stream.blackHole = true;
    world.after(
        world.between(World.SECOND, 15 * World.SECOND),
        environment,
        () -> {
          stream.blackHole = false;
          stream.reset("timed out");
        });
  }

  void workerExited(SimWorker worker, int code, String reason) {
    world.trace(worker.id, "EXIT", code, reason);
    boolean expected =
        code == ExitCode.DONE
            || code == ExitCode.DRAINED
            || code == ExitCode.UNREACHABLE
            || code == STOPPED;
    if (!expected) {
      throw new Violation("worker " + worker.id + " left with " + code + ": " + reason);
    }
  }

  void coordinatorFinished(SimCoordinator coordinator, LeaderEffect.Finish finish) {
    world.trace("c" + coordinator.term, "FINISH", finish);
    operator.finished(coordinator);
    int code = finish.exitCode();
    boolean stopped = coordinator.state().stop().isPresent();
    if (code == ExitCode.DONE && (!stopped || store.live().containsKey(run.lastStep))) {
      requireFinal();
      done = true;
    } else if (code != ExitCode.FENCED
        && code != ExitCode.UNREACHABLE
        && code != STOPPED
        && !stopped) {
      throw new Violation("the coordinator left with " + finish);
    }
  }

  private void requireFinal() {
    SimStore.Index last = store.live().get(run.lastStep);
    if (last == null || !store.isWhole(last)) {
      throw new Violation("the run is over without a whole checkpoint of step " + run.lastStep);
    }
    if (mutation == Mutation.NONE) {
      store.check();
    }
  }
}
