package io.holdfast.storage.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.ShardWriter;
import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.bundle.TensorSlice;
import io.holdfast.storage.bundle.WrittenPiece;
import io.holdfast.storage.store.ClaimOutcome;
import io.holdfast.storage.store.ClaimRecord;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A run with two variables, one of them cut in two, whose values follow from the step: what a
 * leader and two workers would write.
 */
final class SmallRun {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final InstantSource CLOCK = InstantSource.fixed(START);
  static final String KERNEL = "model/kernel/.ATTRIBUTES/VARIABLE_VALUE";
  static final String ITERATIONS = "optimizer/_iterations/.ATTRIBUTES/VARIABLE_VALUE";
  static final TensorShape KERNEL_SHAPE = TensorShape.of(4, 3);
  static final int SHARDS = 3;
  static final List<ExpectedTensor> VARIABLES =
      List.of(
          new ExpectedTensor(KERNEL, DataType.FLOAT, KERNEL_SHAPE),
          new ExpectedTensor(ITERATIONS, DataType.INT64, TensorShape.SCALAR));
  static final RetentionPolicy KEEP_TWO =
      RetentionPolicy.keepNewest(2, true, "run-1", START, Duration.ZERO);

  private SmallRun() {}

  static Tenure claim(ObjectStore store) throws IOException {
    long seen = new CheckpointDirectory(store).list().largestTerm();
    if (store.claim(seen) instanceof ClaimOutcome.Won won) {
      return won.tenure();
    }
    throw new IOException("another one claimed");
  }

  static CheckpointKeeper lead(ObjectStore store) throws IOException {
    return CheckpointKeeper.open(new CheckpointDirectory(store), claim(store), CLOCK);
  }

  static ClaimRecord startAt(long term, Optional<Prefix> start) {
    return new ClaimRecord(
        term, "host", 1, START, start.map(Prefix::toString), start.map(Prefix::step).orElse(0L));
  }

  static CheckpointMetadata metadata(Prefix prefix, Map<String, Double> metrics) {
    return new CheckpointMetadata(
        prefix,
        "run-1",
        START,
        "{\"name\":\"small\"}",
        new DataPosition(prefix.step() / 10, prefix.step() % 10),
        Optional.empty(),
        "{}",
        Optional.of("00ff"),
        new TreeMap<>(metrics));
  }

  /** Writes every shard of a checkpoint and returns what to commit. */
  static CommitRequest write(CheckpointKeeper keeper, Prefix prefix) throws IOException {
    return write(keeper, prefix, Map.of("val_loss", 1.0 / (1 + prefix.step())));
  }

  static CommitRequest write(CheckpointKeeper keeper, Prefix prefix, Map<String, Double> metrics)
      throws IOException {
    List<ShardReport> reports = new ArrayList<>();
    for (int worker = 0; worker < 2; worker++) {
      reports.add(writeWorkerShard(keeper.directory().store(), prefix, worker));
    }
    reports.add(
        keeper.writeMetadataShard(metadata(prefix, metrics), reports, "graph".getBytes(UTF_8)));
    return new CommitRequest(prefix, reports, VARIABLES);
  }

  static void addParity(CheckpointKeeper keeper, Prefix prefix) throws IOException {
    try {
      keeper.parities().write(prefix);
    } catch (DamagedCheckpointException e) {
      throw new IOException(e);
    }
    EffectOutcome outcome = keeper.parities().install(prefix);
    if (!outcome.isSettled()) {
      throw new IOException(outcome.toString());
    }
  }

  static ShardReport writeWorkerShard(ObjectStore store, Prefix prefix, int worker)
      throws IOException {
    try (ObjectWriter out = store.create(prefix.files().shard(1 + worker, SHARDS))) {
      ShardWriter shard = new ShardWriter(out);
      List<WrittenPiece> pieces = new ArrayList<>();
      TensorSlice rows = TensorSlice.rows(2, 2L * worker, 2);
      pieces.add(
          shard.append(KERNEL, DataType.FLOAT, KERNEL_SHAPE, rows, kernel(prefix.step(), worker)));
      if (worker == 1) {
        ByteBuffer step = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        step.putLong(0, prefix.step());
        pieces.add(shard.append(ITERATIONS, DataType.INT64, TensorShape.SCALAR, step));
      }
      out.sync();
      return new ShardReport(1 + worker, out.position(), pieces);
    }
  }

  static ByteBuffer kernel(long step, int worker) {
    ByteBuffer bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 6; i++) {
      bytes.putFloat(step + 0.25f * (6 * worker + i));
    }
    return bytes.flip();
  }
}
