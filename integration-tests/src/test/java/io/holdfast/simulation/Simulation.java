package io.holdfast.simulation;

import io.holdfast.coordinator.protocol.ExitCode;
import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.protocol.WrittenPiece;
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
 * undisturbed values; a message of an old generation moves nothing.
 */
final class Simulation {
  private static final long PEACE_BOUND = 400 * World.SECOND;
  private static final int STOPPED = 130;
  final long seed;
  final Mutation mutation;
  final World world;
  final ToyRun run;
  final SimStore store;
  private final World.Process environment = new World.Process();
  private final List<SimCoordinator> coordinators = new ArrayList<>();
  private final List<SimWorker> workers = new ArrayList<>();
  private final List<Stream> streams = new ArrayList<>();
  private final Map<String, List<WrittenPiece>> pieceCache = new HashMap<>();
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
    boolean many = world.chance(0.5) || mutation == Mutation.IGNORE_GENERATION;
    int members = many ? 1 + world.random.nextInt(3) : 1;
    run = new ToyRun(world.random, members);
    store = new SimStore(run, mutation);
    workerCount = members + world.random.nextInt(2);
    faultsEnd = world.now + world.between(5 * World.SECOND, 40 * World.SECOND);
    faultRate = world.random.nextDouble() * 0.2;
  }

  /** Runs to the end; the violation tells seed and trace. */
  void run() {
    try {
      world.after(1, environment, this::supervise);
      world.after(world.between(1, 2 * World.SECOND), environment, this::fault);
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

  private void fault() {
    if (world.now >= faultsEnd) {
      return;
    }
    int kind = world.random.nextInt(100);
    if (kind < 15) {
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

  private <T> Optional<T> pick(List<T> from) {
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
    if (code != ExitCode.DONE && code != ExitCode.UNREACHABLE && code != STOPPED) {
      throw new Violation("worker " + worker.id + " left with " + code + ": " + reason);
    }
  }

  void coordinatorFinished(SimCoordinator coordinator, LeaderEffect.Finish finish) {
    world.trace("c" + coordinator.term, "FINISH", finish);
    int code = finish.exitCode();
    if (code == ExitCode.DONE) {
      requireFinal();
      done = true;
    } else if (code != ExitCode.FENCED && code != ExitCode.UNREACHABLE && code != STOPPED) {
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
