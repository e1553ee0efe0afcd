package io.holdfast.coordinator.protocol;

import io.holdfast.protocol.WorkerMessage;
import java.util.List;
import java.util.Optional;

/**
 * What happens to a leader. A connection is a number that the server gives to each stream, never
 * twice; whatever comes of an older stream of the same worker changes nothing.
 */
public sealed interface LeaderEvent {

  /** This coordinator has claimed the term; once, and first. */
  record Elected(long term) implements LeaderEvent {}

  /** A stream was opened and said who it is. */
  record WorkerJoined(long connection, WorkerMessage.Hello hello) implements LeaderEvent {}

  record Received(long connection, WorkerMessage message) implements LeaderEvent {}

  /** A stream ended. */
  record WorkerLost(long connection, String reason) implements LeaderEvent {}

  /** Time has passed; comes a few times a heartbeat. */
  record Tick() implements LeaderEvent {}

  /** The answer to {@link LeaderEffect.FindNewestGood}; damaged ones on the way are quarantined. */
  record FindDone(long request, FindOutcome outcome, List<Quarantined> quarantined)
      implements LeaderEvent {
    public FindDone {
      quarantined = List.copyOf(quarantined);
    }
  }

  /** The answer to {@link LeaderEffect.Commit}. */
  record CommitDone(String prefix, CommitOutcome outcome) implements LeaderEvent {}

  /** The answer to {@link LeaderEffect.Verify}. */
  record VerifyDone(String prefix, VerifyOutcome outcome) implements LeaderEvent {}

  /** All checkpoint files of the run occupy so much; told after each retention of a budget. */
  record BytesStored(long bytes) implements LeaderEvent {}

  /** SIGTERM: save, then leave; a second one means at once. */
  record StopRequested(String reason, int exitCode) implements LeaderEvent {}

  /** An operator asks for something; answered by {@link LeaderEffect.Answer}, once. */
  record OperatorAsked(long request, OperatorRequest what) implements LeaderEvent {}

  /** The operator waits no longer; a save that has not begun is taken back. */
  record OperatorLeft(long request) implements LeaderEvent {}

  /** Storage says that another term was claimed, whatever it was asked. */
  record Fenced(String reason) implements LeaderEvent {}

  /** A checkpoint that storage took out of use because its bytes are wrong. */
  record Quarantined(String prefix, String reason) {}

  /** What storage found. */
  sealed interface FindOutcome {
    /** The newest good one, or none because there never was one. */
    record Found(Optional<Checkpoint> checkpoint) implements FindOutcome {}

    /** There are checkpoints, and every one is damaged. */
    record AllDamaged(String reason) implements FindOutcome {}

    /** Storage did not answer; may be asked again. */
    record Unreadable(String reason) implements FindOutcome {}
  }

  /** What became of a publish. */
  sealed interface CommitOutcome {
    /** The index is visible and durable, by this attempt or an earlier one with the same bytes. */
    record Committed(long sizeBytes) implements CommitOutcome {}

    /** The index is known not to exist and never to appear. */
    record Abandoned(String reason) implements CommitOutcome {}

    /** Another index has this name, which cannot be; nothing may be touched. */
    record Conflict(String reason) implements CommitOutcome {}

    /** It may have happened; the same must be asked again. */
    record Unknown(String reason) implements CommitOutcome {}

    /** A newer term was claimed. */
    record Fenced(String reason) implements CommitOutcome {}
  }

  /** What reading back found. */
  sealed interface VerifyOutcome {
    record Good() implements VerifyOutcome {}

    /** Wrong bytes; storage has quarantined it. */
    record Damaged(String reason) implements VerifyOutcome {}

    /** Storage did not answer; may be asked again. */
    record Unreadable(String reason) implements VerifyOutcome {}
  }
}
