package io.holdfast.coordinator.protocol;

import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WrittenPiece;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a leader wants done, in the order of the list. {@link Commit}, {@link FindNewestGood},
 * {@link Discard} and {@link Retain} are done one after the other and answered in that order;
 * {@link Verify} may take its time beside them.
 */
public sealed interface LeaderEffect {

  record Send(long connection, CoordinatorMessage message) implements LeaderEffect {}

  /** End a stream; nothing that still comes of it is reported. */
  record Disconnect(long connection, String reason) implements LeaderEffect {}

  /**
   * Find the newest checkpoint that may be restored; read the disputed one in full, quarantine what
   * is damaged. Answered by {@link LeaderEvent.FindDone} with the same request number.
   *
   * @param disputed one in which a worker found damage
   */
  record FindNewestGood(long request, Optional<String> disputed) implements LeaderEffect {}

  /**
   * Write shard file 0 with the metadata, publish the index of a checkpoint whose other shard files
   * are durable and tile every variable, then rewrite {@code checkpoint}. The same prefix always
   * comes with the same content. Answered by {@link LeaderEvent.CommitDone}.
   */
  record Commit(
      String prefix,
      long step,
      Generation generation,
      List<ShardFile> files,
      CheckpointMetadata metadata)
      implements LeaderEffect {
    public Commit {
      files = List.copyOf(files);
    }
  }

  /** One worker's shard file of a commit and the pieces that lie in it. */
  record ShardFile(int shard, int numShards, long lengthBytes, List<WrittenPiece> pieces) {
    public ShardFile {
      pieces = List.copyOf(pieces);
    }
  }

  /** Read a commit back, quarantine it if damaged. Answered by {@link LeaderEvent.VerifyDone}. */
  record Verify(String prefix) implements LeaderEffect {}

  /** Delete what there is of a save that is known never to be committed. */
  record Discard(String prefix) implements LeaderEffect {}

  /** Delete by the job's retention policy, sparing those that members may be loading. */
  record Retain(Set<String> inUse) implements LeaderEffect {
    public Retain {
      inUse = Collections.unmodifiableSet(new TreeSet<>(inUse));
    }
  }

  /** Write down how far a save has come. */
  record RecordAttempt(long step, String prefix, AttemptState state, String reason)
      implements LeaderEffect {}

  /** Values for TensorBoard. */
  record WriteScalars(long step, Map<String, Double> values) implements LeaderEffect {
    public WriteScalars {
      values = Collections.unmodifiableMap(new TreeMap<>(values));
    }
  }

  /** A line for people. */
  record Announce(Level level, String text) implements LeaderEffect {}

  /** How loud a line is. */
  enum Level {
    INFO,
    WARNING,
    ERROR
  }

  /**
   * A step is done.
   *
   * @param lastStep the one that ends the run
   * @param epoch counted from 1
   * @param loss of this step's batch
   * @param means of the epoch so far, by name
   */
  record Progress(
      long step,
      long lastStep,
      long epoch,
      long stepsPerEpoch,
      double loss,
      Map<String, Double> means,
      double samplesPerSecond)
      implements LeaderEffect {
    public Progress {
      means = Collections.unmodifiableMap(new TreeMap<>(means));
    }
  }

  /** What an operator is told who asked with {@link LeaderEvent.OperatorAsked}. */
  record Answer(long request, OperatorAnswer answer) implements LeaderEffect {}

  /** Leave, after the effects before this one. Always the last. */
  record Finish(int exitCode, String reason) implements LeaderEffect {}
}
