package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.job.file.JobFile;
import io.holdfast.job.file.JobText;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.ShardWriter;
import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.bundle.TensorSlice;
import io.holdfast.storage.bundle.WrittenPiece;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.CheckpointKeeper;
import io.holdfast.storage.checkpoint.CheckpointMetadata;
import io.holdfast.storage.checkpoint.CommitRequest;
import io.holdfast.storage.checkpoint.DataPosition;
import io.holdfast.storage.checkpoint.ExpectedTensor;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.ShardReport;
import io.holdfast.storage.store.ClaimOutcome;
import io.holdfast.storage.store.LocalStore;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Run directories as a leader would have written them, with variables of a test's choice. */
final class TestRun {
  static final String SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE";

  private static final String JOB =
      """
      name: tiny
      seed: %d
      model: {input: [4], layers: [{dense: {units: 3, activation: softmax}}]}
      loss: sparse_categorical_crossentropy
      optimizer: {adam: {learning_rate: 0.01}}
      data:
        batch_size: 8
        train: {random: {shape: [4], samples: 32, classes: 3}}
      epochs: 1
      mesh: {shards: 2, model: 1, threads: 1, isa: avx2}
      checkpoint: {every_steps: 2}
      """;

  /** A variable of a checkpoint; {@code rows} are stored in each piece, 0 for all in one. */
  record Value(String name, DataType dtype, TensorShape shape, ByteBuffer bytes, int rows) {

    static Value floats(String name, TensorShape shape, int rows, float... values) {
      ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
      for (float value : values) {
        bytes.putInt(Float.floatToRawIntBits(value));
      }
      return new Value(name, DataType.FLOAT, shape, bytes.flip(), rows);
    }

    static Value scalar(String name, long value) {
      ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
      return new Value(name, DataType.INT64, TensorShape.SCALAR, bytes.flip(), 0);
    }
  }

  private TestRun() {}

  /** Commits a checkpoint of each step, by one leader. */
  static void write(Path run, int seed, Map<Long, List<Value>> steps) throws Exception {
    ObjectStore store = LocalStore.open(run);
    CheckpointDirectory directory = new CheckpointDirectory(store);
    ClaimOutcome.Won won = (ClaimOutcome.Won) store.claim(directory.list().largestTerm());
    CheckpointKeeper keeper = CheckpointKeeper.open(directory, won.tenure(), Clock.systemUTC());
    for (Map.Entry<Long, List<Value>> step : new TreeMap<>(steps).entrySet()) {
      commit(keeper, new Prefix(keeper.term(), 1, step.getKey()), job(run, seed), step.getValue());
    }
    keeper.close();
  }

  private static String job(Path run, int seed) throws Exception {
    Path file =
        Files.writeString(run.resolveSibling(run.getFileName() + ".yaml"), JOB.formatted(seed));
    return JobText.write(JobFile.read(file));
  }

  private static void commit(CheckpointKeeper keeper, Prefix prefix, String job, List<Value> values)
      throws IOException {
    CheckpointMetadata metadata =
        new CheckpointMetadata(
            prefix,
            "run-1",
            Instant.EPOCH,
            job,
            new DataPosition(0, prefix.step()),
            Optional.empty(),
            "{}",
            Optional.empty(),
            new TreeMap<>());
    ShardReport second = variables(keeper, prefix, values);
    ShardReport first =
        keeper.writeMetadataShard(metadata, List.of(second), "graph".getBytes(UTF_8));
    List<ExpectedTensor> expected =
        values.stream().map(v -> new ExpectedTensor(v.name(), v.dtype(), v.shape())).toList();
    var outcome = keeper.commit(new CommitRequest(prefix, List.of(first, second), expected));
    if (outcome.mayCleanUp()) {
      throw new IOException(outcome.toString());
    }
  }

  private static ShardReport variables(CheckpointKeeper keeper, Prefix prefix, List<Value> values)
      throws IOException {
    try (ObjectWriter out = keeper.directory().store().create(prefix.files().shard(1, 2))) {
      ShardWriter shard = new ShardWriter(out);
      List<WrittenPiece> pieces = new ArrayList<>();
      for (Value value : values) {
        append(shard, value, pieces);
      }
      out.sync();
      return new ShardReport(1, out.position(), pieces);
    }
  }

  private static void append(ShardWriter shard, Value value, List<WrittenPiece> pieces)
      throws IOException {
    if (value.rows() == 0) {
      pieces.add(shard.append(value.name(), value.dtype(), value.shape(), value.bytes()));
      return;
    }
    int all = (int) value.shape().dim(0);
    int rowBytes = value.bytes().remaining() / all;
    for (int row = 0; row < all; row += value.rows()) {
      int rows = Math.min(value.rows(), all - row);
      TensorSlice slice = TensorSlice.rows(value.shape().rank(), row, rows);
      ByteBuffer bytes = value.bytes().slice(row * rowBytes, rows * rowBytes);
      pieces.add(shard.append(value.name(), value.dtype(), value.shape(), slice, bytes));
    }
  }

  /** Flips a bit of a file. */
  static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 4;
    Files.write(file, bytes);
  }
}
