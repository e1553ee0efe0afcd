package io.holdfast.simulation;

import io.holdfast.coordinator.protocol.AttemptState;
import io.holdfast.coordinator.protocol.Leader;
import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.coordinator.protocol.LeaderState;
import io.holdfast.coordinator.protocol.Phase;
import io.holdfast.coordinator.protocol.Transition;
import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A coordinator process: the machine as it is, around it a network and a storage thread. */
final class SimCoordinator extends World.Process {
  private static final long TICK = 100 * World.MILLI;
  private static final long RENEWAL = World.SECOND;
  final String address;
  final long term;
  private final Simulation simulation;
  private final World world;
  private final StorageThread storage;
  private final Map<Long, Stream> streams = new HashMap<>();
  private LeaderState state;

  SimCoordinator(Simulation simulation, String address, long term) {
    this.simulation = simulation;
    this.world = simulation.world;
    this.address = address;
    this.term = term;
    this.storage = new StorageThread(simulation, this);
    state = LeaderState.initial(simulation.run.plan);
    world.after(1, this, () -> apply(new LeaderEvent.Elected(term)));
    world.after(TICK, this, this::tick);
    world.after(RENEWAL, this, this::renew);
  }

  /** The leader record is an effect on storage like any other: so a newer term is noticed. */
  private void renew() {
    boolean answers = !world.chance(simulation.storageFaults());
    if (answers && simulation.store.fenced(term)) {
      apply(new LeaderEvent.Fenced("a newer term was claimed"));
    }
    world.after(RENEWAL, this, this::renew);
  }

  LeaderState state() {
    return state;
  }

  private void tick() {
    apply(new LeaderEvent.Tick());
    world.after(TICK, this, this::tick);
  }

  void receive(Stream from, WorkerMessage message) {
    world.trace("c" + term, "<-", from.worker.id, message);
    if (message instanceof WorkerMessage.Hello hello) {
      streams.put(from.id, from);
      apply(new LeaderEvent.WorkerJoined(from.id, hello));
      return;
    }
    Optional<Generation> stale =
        generation(message).filter(generation -> !generation.equals(roundNow()));
    if (stale.isPresent() && simulation.mutation == Mutation.IGNORE_GENERATION) {
      apply(new LeaderEvent.Received(from.id, asOfNow(message)));
      return;
    }
    LeaderState before = state;
    apply(new LeaderEvent.Received(from.id, message));
    if (stale.isPresent()) {
      requireUnmoved(before, message);
    }
  }

  /** The generation of a message that only a member of the round under way may say. */
  static Optional<Generation> generation(WorkerMessage message) {
    return Optional.ofNullable(
        message instanceof WorkerMessage.StepDone done
            ? done.generation()
            : message instanceof WorkerMessage.Restored restored
                ? restored.generation()
                : message instanceof WorkerMessage.Evaluated done ? done.generation() : null);
  }

  private Generation roundNow() {
    return state.round().map(round -> round.generation()).orElse(Generation.NONE);
  }

  private WorkerMessage asOfNow(WorkerMessage message) {
    Generation now = roundNow();
    if (message instanceof WorkerMessage.StepDone done) {
      return new WorkerMessage.StepDone(now, state.barrier().step() + 1, done.sums(), 1, 0, 0);
    }
    return message instanceof WorkerMessage.Restored restored
        ? new WorkerMessage.Restored(
            now,
            state.round().map(r -> r.source().map(s -> s.step()).orElse(0L)).orElse(0L),
            restored.values(),
            restored.slots())
        : message;
  }

  private void requireUnmoved(LeaderState before, WorkerMessage message) {
    boolean moved =
        !before.barrier().equals(state.barrier())
            || !before.round().equals(state.round())
            || before.phase() != state.phase()
            || !before.save().equals(state.save());
    if (moved) {
      throw new Violation("a message of an old generation moved the leader: " + message);
    }
  }

  void lost(Stream from, String reason) {
    apply(new LeaderEvent.WorkerLost(from.id, reason));
  }

  /** kill -9. */
  void crash() {
    world.trace("c" + term, "CRASH");
    alive = false;
    streams.values().forEach(stream -> stream.reset("coordinator crashed"));
  }

  void apply(LeaderEvent event) {
    Phase before = state.phase();
    Transition transition = Leader.apply(state, world.now + clockAhead, event);
    state = transition.state();
    if (!(event instanceof LeaderEvent.Tick || event instanceof LeaderEvent.Received)) {
      world.trace("c" + term, event);
    }
    if (before != state.phase()) {
      world.trace("c" + term, before, "->", state.phase(), state.reason());
    }
    requireUndisturbedSums();
    transition.effects().forEach(this::carryOut);
  }

  private void requireUndisturbedSums() {
    if (state.phase() != Phase.TRAINING || state.barrier().running()) {
      return;
    }
    var expected = simulation.run.expectedMetadata(state.barrier().step());
    if (!state.barrier().epochSums().equals(expected.epochSums())) {
      throw new Violation("sums of the epoch at step " + state.barrier().step() + " are wrong");
    }
  }

  private void carryOut(LeaderEffect effect) {
    if (effect instanceof LeaderEffect.Send send) {
      if (send.message() instanceof CoordinatorMessage.Restore round) {
        simulation.operator.restoring(round);
      }
      Stream stream = streams.get(send.connection());
      if (stream != null) {
        stream.toWorker(send.message());
      }
    } else if (effect instanceof LeaderEffect.Disconnect disconnect) {
      Stream stream = streams.remove(disconnect.connection());
      if (stream != null) {
        stream.closedByCoordinator();
      }
    } else if (effect instanceof LeaderEffect.Answer answer) {
      simulation.operator.answered(this, answer);
    } else if (effect instanceof LeaderEffect.RecordAttempt attempt) {
      attempt(attempt);
    } else if (effect instanceof LeaderEffect.Announce announce) {
      world.trace("c" + term, "SAYS", announce.text());
    } else if (effect instanceof LeaderEffect.Finish finish) {
      alive = false;
      streams.values().forEach(Stream::closedByCoordinator);
      simulation.coordinatorFinished(this, finish);
    } else {
      storage.carryOut(effect);
    }
  }

  private void attempt(LeaderEffect.RecordAttempt attempt) {
    world.trace("c" + term, "ATTEMPT", attempt);
    boolean saved =
        attempt.state() == AttemptState.COMMITTED || attempt.state() == AttemptState.VERIFIED;
    if (saved && !simulation.store.wasPublished(attempt.prefix())) {
      throw new Violation(attempt.prefix() + " is called saved and was never published");
    }
    if (attempt.state() == AttemptState.REQUESTED
        && simulation.mutation == Mutation.PUBLISH_BEFORE_WRITTEN) {
      state.save().ifPresent(storage::publishEarly);
    }
  }
}
