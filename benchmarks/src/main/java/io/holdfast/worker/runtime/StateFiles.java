package io.holdfast.worker.runtime;

import io.holdfast.job.Job;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.protocol.CoordinatorMessage.ShardOrder;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.ShardReport;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.worker.protocol.WorkerEffect;
import io.holdfast.worker.protocol.WorkerEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * A worker's state of random bytes and the worker's own code that writes and loads it, without a
 * cluster around it. For one thread.
 */
public final class StateFiles {
  private final ObjectStore store;
  private final SlicePlan slices;
  private final StatePool pool;
  private final StateLoader loader;
  private final BlockingQueue<WorkerEvent> answers = new ArrayBlockingQueue<>(8);
  private final ShardFileWriter writer = new ShardFileWriter(answers::add, new ProgressWatch());

  public StateFiles(Job job, ObjectStore store) {
    ModelPlan plan = ModelPlan.of(job);
    this.store = store;
    this.slices = SlicePlan.of(plan, job.mesh().shards());
    this.pool = new StatePool(plan, new BufferPool());
    this.loader = new StateLoader(job, plan, slices, store, new FrozenFiles(store, 1));
  }

  /** A worker's memory for a state. */
  public static final class State {
    private final StateBuffers buffers;
    private final List<SliceGroup> owned;

    private State(StateBuffers buffers, List<SliceGroup> owned) {
      this.buffers = buffers;
      this.owned = owned;
    }
  }

  /** Memory for what member {@code member} of {@code members} holds: all values, its slots. */
  public State allocate(int member, int members) {
    List<SliceGroup> owned =
        slices.groups().stream().filter(group -> group.index() % members == member).toList();
    return new State(pool.take(owned), owned);
  }

  /** Gives a state's memory back. */
  public void free(State state) {
    pool.release(state.buffers);
  }

  /** Fills what a state owns with bytes that no disk compresses. */
  public void randomize(State state, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (SliceGroup group : state.owned) {
      fill(state.buffers.value(group), random);
      for (int slot = 0; slot < group.slots().size(); slot++) {
        fill(state.buffers.slot(group, slot), random);
      }
    }
  }

  private static void fill(ByteBuffer bytes, SplittableRandom random) {
    while (bytes.remaining() >= Long.BYTES) {
      bytes.putLong(random.nextLong());
    }
    while (bytes.hasRemaining()) {
      bytes.put((byte) random.nextInt());
    }
  }

  /** Bytes that a member needs of a checkpoint. */
  public long neededBytes(State state) {
    long values = slices.groups().stream().mapToLong(group -> group.value().bytes()).sum();
    long slots =
        state.owned.stream().flatMap(group -> group.slots().stream()).mapToLong(Slice::bytes).sum();
    return values + slots;
  }

  /**
   * Hands a state over to the worker's writer; returns at once.
   *
   * @param shard number of the first file
   * @param files that are written at once
   */
  public void begin(State state, Prefix prefix, int shard, int files, int numShards) {
    List<Integer> groups = state.owned.stream().map(SliceGroup::index).toList();
    List<ShardOrder> orders = new ArrayList<>();
    for (int i = 0; i < files; i++) {
      int from = groups.size() * i / files;
      int to = groups.size() * (i + 1) / files;
      orders.add(new ShardOrder(shard + i, false, groups.subList(from, to)));
    }
    writer.write(
        new WorkerEffect.WriteShards(prefix.toString(), prefix.step(), orders, numShards, ""),
        slices,
        store,
        new FrozenFiles(store, 1),
        new Snapshot(pool, state.buffers));
  }

  /**
   * How long a hand-over locks the states: nothing else of it can keep the computing thread.
   *
   * @return nanoseconds
   */
  public long lockedNanos(State state) {
    HeldStates states = new HeldStates(pool);
    states.restart(1, state.buffers);
    long start = System.nanoTime();
    Snapshot snapshot = states.snapshot(1);
    long nanos = System.nanoTime() - start;
    snapshot.release();
    return nanos;
  }

  /** Waits until the files that were begun for a state are durable. */
  public List<ShardReport> awaitDurable() throws IOException, InterruptedException {
    WorkerEvent answer = answers.take();
    if (answer instanceof WorkerEvent.ShardFilesWritten written) {
      return written.files().stream().map(this::report).toList();
    }
    throw new IOException(answer.toString());
  }

  private ShardReport report(WorkerEvent.ShardFile written) {
    Map<String, List<Slice>> byKey = new HashMap<>();
    slices
        .slices()
        .forEach(s -> byKey.computeIfAbsent(s.variable().key(), k -> new ArrayList<>()).add(s));
    return new ShardReport(
        written.shard(),
        written.lengthBytes(),
        written.pieces().stream()
            .map(piece -> piece(byKey.get(piece.key()).get(piece.ordinal()), piece))
            .toList());
  }

  private static io.holdfast.storage.bundle.WrittenPiece piece(
      Slice slice, io.holdfast.protocol.WrittenPiece reported) {
    return new io.holdfast.storage.bundle.WrittenPiece(
        reported.key(),
        slice.variable().dtype(),
        slice.variable().shape(),
        slice.extent(),
        reported.offsetBytes(),
        reported.sizeBytes(),
        reported.maskedCrc32c());
  }

  /** Loads from a checkpoint what a member needs, every byte of it checked. */
  public void load(Prefix prefix, State state) throws IOException, InterruptedException {
    try {
      loader.restore(prefix.toString(), state.buffers, state.owned, () -> {});
    } catch (DamagedCheckpointException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
