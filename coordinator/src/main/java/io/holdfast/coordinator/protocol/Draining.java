package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.OperatorAnswer.Refused;
import io.holdfast.coordinator.protocol.OperatorAnswer.Why;
import io.holdfast.coordinator.protocol.OperatorRequest.Drain;
import io.holdfast.coordinator.protocol.WorkerEntry.Stage;
import io.holdfast.protocol.CoordinatorMessage;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A worker leaves: marked first, out of the round at the next barrier whose state is committed,
 * told to leave once no save needs it, and gone when it has said so. It is in no later round.
 */
final class Draining {
  private Draining() {}

  /** Why a worker cannot be drained; empty if it can. */
  static Optional<Refused> refusal(Turn turn, String workerId) {
    if (!turn.workers.containsKey(workerId)) {
      return Optional.of(
          new Refused(Why.UNKNOWN_NAME, "no worker " + workerId + " (known: " + known(turn) + ")"));
    }
    if (turn.stop.isPresent()) {
      return Optional.of(new Refused(Why.NOT_POSSIBLE, "the job is stopping"));
    }
    long others = Resizing.able(turn).filter(worker -> !worker.id().equals(workerId)).count();
    int min = turn.plan.members().min();
    return others < min
        ? Optional.of(
            new Refused(
                Why.NOT_POSSIBLE,
                "%d of at least %d workers would be left (cluster.min_workers); start another first"
                    .formatted(others, min)))
        : Optional.empty();
  }

  private static String known(Turn turn) {
    int more = turn.workers.size() - Limits.MAX_NAMES_SHOWN;
    String names =
        turn.workers.keySet().stream()
            .limit(Limits.MAX_NAMES_SHOWN)
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "none" : more > 0 ? names + " and " + more + " more" : names;
  }

  static void begin(Turn turn, String workerId) {
    if (turn.gathering.leaving().contains(workerId)) {
      return;
    }
    turn.info("Draining worker " + workerId);
    turn.gathering = turn.gathering.leaving(workerId);
    if (turn.round.isEmpty()) {
      turn.gathering = turn.gathering.withoutOne();
    }
    Steps.advance(turn);
  }

  /** Tells those to leave that no round and no save needs. */
  static void depart(Turn turn) {
    for (String id : turn.gathering.leaving()) {
      WorkerEntry worker = turn.workers.get(id);
      boolean needed = isMember(turn, id) || Saves.needs(turn, id);
      if (worker.stage() != Stage.LEAVING && !needed) {
        turn.put(worker.at(Stage.LEAVING));
        turn.send(
            worker, new CoordinatorMessage.Finish(ExitCode.DRAINED, "drained by an operator"));
      }
    }
  }

  private static boolean isMember(Turn turn, String workerId) {
    return turn.round.filter(round -> round.has(workerId)).isPresent();
  }

  /** A drained worker says that it leaves: its process ends, and it comes to no later round. */
  static void left(Turn turn, WorkerEntry worker) {
    turn.workers.remove(worker.id());
    turn.gathering = turn.gathering.left(worker.id());
    turn.info("Drained worker " + worker.id());
    turn.requests.replaceAll(
        (request, waiting) -> waiting.isDrainOf(worker.id()) ? waiting.hasGone() : waiting);
  }

  /** It is gone without a word; whether for ever nobody knows. */
  static void lost(Turn turn, String workerId, String why) {
    turn.gathering = turn.gathering.left(workerId);
    refuse(turn, workerId, "worker " + workerId + " was lost before it had left: " + why);
  }

  /** The barrier's state could not be saved: those that are still members stay. */
  static void cancel(Turn turn, String why) {
    for (String id : turn.gathering.leaving()) {
      if (isMember(turn, id)) {
        turn.gathering = turn.gathering.left(id);
        refuse(turn, id, "worker " + id + " stays: " + why);
      }
    }
  }

  private static void refuse(Turn turn, String workerId, String reason) {
    turn.requests.entrySet().stream()
        .filter(entry -> entry.getValue().what().equals(new Drain(workerId)))
        .filter(entry -> !entry.getValue().gone())
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(java.util.ArrayList::new))
        .forEach(request -> Operators.answer(turn, request, new Refused(Why.FAILED, reason)));
  }
}
