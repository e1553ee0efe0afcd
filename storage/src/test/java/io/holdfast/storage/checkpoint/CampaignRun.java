package io.holdfast.storage.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.ShardWriter;
import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.bundle.TensorSlice;
import io.holdfast.storage.bundle.WrittenPiece;
import io.holdfast.storage.store.FaultyStore;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.ObjectReader;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A run of two checkpoints with parity files, of a few KiB each: a weight and its slot, still all
 * zeros, cut by rows over two workers; a half-precision vector and a count, stored whole.
 */
final class CampaignRun {
  static final Prefix OLD = new Prefix(1, 1, 10);
  static final Prefix NEW = new Prefix(1, 1, 20);

  private static final String SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE";
  private static final TensorShape WEIGHT = TensorShape.of(40, 17);
  private static final TensorShape VECTOR = TensorShape.of(31);
  private static final int WORKERS = 2;
  private static final int ROWS = 10;
  private static final List<ExpectedTensor> VARIABLES =
      List.of(
          new ExpectedTensor("model/weight" + SUFFIX, DataType.FLOAT, WEIGHT),
          new ExpectedTensor("model/vector" + SUFFIX, DataType.HALF, VECTOR),
          new ExpectedTensor("optimizer/slot" + SUFFIX, DataType.FLOAT, WEIGHT),
          new ExpectedTensor(SmallRun.ITERATIONS, DataType.INT64, TensorShape.SCALAR));

  private CampaignRun() {}

  /** The files of a run, without what lies below {@code .holdfast}. */
  static Map<String, byte[]> files(long seed) throws IOException {
    ObjectStore store = new FaultyStore(seed, SmallRun.CLOCK).connect("leader").store();
    CheckpointKeeper keeper = SmallRun.lead(store);
    Random random = new Random(seed);
    for (Prefix prefix : List.of(OLD, NEW)) {
      CommitOutcome outcome = keeper.commit(write(keeper, prefix, random));
      if (outcome.status() != CommitOutcome.Status.COMMITTED) {
        throw new IOException(outcome.toString());
      }
      SmallRun.addParity(keeper, prefix);
    }
    keeper.close();
    return read(store);
  }

  /** All files in the root of a store. */
  static Map<String, byte[]> read(ObjectStore store) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (ObjectInfo object : store.list("")) {
      try (ObjectReader reader = store.open(object.name())) {
        ByteBuffer bytes = ByteBuffer.allocate((int) reader.length());
        reader.readFully(0, bytes);
        files.put(object.name(), bytes.array());
      }
    }
    return files;
  }

  /** A store with these files. */
  static ObjectStore store(Map<String, byte[]> files) throws IOException {
    ObjectStore store = new FaultyStore(1, SmallRun.CLOCK).connect("reader").store();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      try (ObjectWriter out = store.create(file.getKey())) {
        out.write(ByteBuffer.wrap(file.getValue()));
        out.sync();
      }
    }
    return store;
  }

  private static CommitRequest write(CheckpointKeeper keeper, Prefix prefix, Random random)
      throws IOException {
    List<ShardReport> reports = new ArrayList<>();
    for (int worker = 0; worker < WORKERS; worker++) {
      reports.add(writeShard(keeper.directory().store(), prefix, worker, random));
    }
    reports.add(
        keeper.writeMetadataShard(
            SmallRun.metadata(prefix, Map.of("loss", random.nextDouble())),
            reports,
            "graph".getBytes(UTF_8)));
    return new CommitRequest(prefix, reports, VARIABLES);
  }

  private static ShardReport writeShard(ObjectStore store, Prefix prefix, int worker, Random random)
      throws IOException {
    try (ObjectWriter out = store.create(prefix.files().shard(1 + worker, 1 + WORKERS))) {
      ShardWriter shard = new ShardWriter(out);
      List<WrittenPiece> pieces = new ArrayList<>();
      for (long row = worker * 2 * ROWS; row < (worker + 1) * 2 * ROWS; row += ROWS) {
        for (int variable = 0; variable <= 2; variable += 2) {
          ByteBuffer bytes = bytes(ROWS * (int) WEIGHT.dim(1) * Float.BYTES);
          if (variable == 0) {
            random.nextBytes(bytes.array());
          }
          pieces.add(
              shard.append(
                  VARIABLES.get(variable).name(),
                  DataType.FLOAT,
                  WEIGHT,
                  TensorSlice.rows(2, row, ROWS),
                  bytes));
        }
      }
      ByteBuffer whole = bytes(worker == 0 ? (int) VECTOR.elements() * 2 : Long.BYTES);
      random.nextBytes(whole.array());
      ExpectedTensor last = VARIABLES.get(worker == 0 ? 1 : 3);
      pieces.add(shard.append(last.name(), last.dtype(), last.shape(), whole));
      out.sync();
      return new ShardReport(1 + worker, out.position(), pieces);
    }
  }

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
  }
}
