package io.holdfast.worker.runtime;

import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.protocol.WrittenPiece;
import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.ShardWriter;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import io.holdfast.worker.protocol.WorkerEffect;
import io.holdfast.worker.protocol.WorkerEvent;
import io.holdfast.worker.protocol.WorkerEvent.ShardFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams handed-over buffers into shard files on a thread of its own, while training goes on: one
 * for what steps change, and one for what is frozen, unless that can be linked. The files of one
 * checkpoint at a time; those that are given up are deleted, for they belong to this worker alone.
 */
final class ShardFileWriter {
  private static final Logger LOG = LoggerFactory.getLogger(ShardFileWriter.class);

  private final Consumer<WorkerEvent> inbox;
  // No queue: the machine asks for one checkpoint at a time, a second one would mean that it lost
  // count.
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          0, 2, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), ShardFileWriter::daemon);
  private final ProgressWatch watch;
  private volatile String abandoned = "";

  /**
   * @param watch told of each group of slices, and of the sync at the end
   */
  ShardFileWriter(Consumer<WorkerEvent> inbox, ProgressWatch watch) {
    this.inbox = inbox;
    this.watch = watch;
  }

  /**
   * Starts to write; {@code snapshot} is given back when it is done, however it ends.
   *
   * @param frozen what was made for earlier checkpoints in the same store
   */
  void write(
      WorkerEffect.WriteShards order,
      SlicePlan slices,
      ObjectStore store,
      FrozenFiles frozen,
      Snapshot snapshot) {
    thread.execute(
        () -> {
          watch.piece(System.nanoTime());
          WorkerEvent result = new Task(order, slices, store, frozen, snapshot).result();
          watch.rest();
          snapshot.release();
          inbox.accept(result);
        });
  }

  /** The files of this prefix are no longer wanted. */
  void abandon(String prefix) {
    abandoned = prefix;
  }

  /** The files of one checkpoint. */
  private final class Task {
    private final WorkerEffect.WriteShards order;
    private final SlicePlan slices;
    private final ObjectStore store;
    private final FrozenFiles frozen;
    private final Snapshot snapshot;
    private final Ordinals ordinals;
    private int shard;

    Task(
        WorkerEffect.WriteShards order,
        SlicePlan slices,
        ObjectStore store,
        FrozenFiles frozen,
        Snapshot snapshot) {
      this.order = order;
      this.slices = slices;
      this.store = store;
      this.frozen = frozen;
      this.snapshot = snapshot;
      this.ordinals = new Ordinals(slices);
    }

    WorkerEvent result() {
      try {
        return new WorkerEvent.ShardFilesWritten(order.prefix(), files());
      } catch (IOException | AbandonedException e) {
        return failed(e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("Writing {} failed", name(shard), e);
        return failed(e.toString());
      }
    }

    private WorkerEvent failed(String why) {
      delete(order.shard());
      delete(order.frozenShard());
      return new WorkerEvent.ShardFilesFailed(order.prefix(), shard, name(shard) + ": " + why);
    }

    private String name(int number) {
      return new BundleFiles(order.prefix()).shard(number, order.numShards());
    }

    private void delete(int number) {
      if (number == 0) {
        return;
      }
      try {
        store.delete(name(number));
      } catch (IOException e) {
        LOG.warn("{} stays behind: {}", name(number), e.toString());
      }
    }

    private List<ShardFile> files() throws IOException, AbandonedException {
      Map<Boolean, List<Integer>> groups =
          order.groups().stream()
              .collect(
                  Collectors.partitioningBy(
                      group -> slices.group(group).value().variable().frozen()));
      List<ShardFile> files = new ArrayList<>();
      if (order.shard() > 0) {
        files.add(stream(order.shard(), groups.get(false)));
      }
      if (order.frozenShard() > 0) {
        files.add(frozen(groups.get(true)));
      }
      return files;
    }

    private ShardFile frozen(List<Integer> groups) throws IOException, AbandonedException {
      shard = order.frozenShard();
      requireWanted();
      Optional<ShardFile> linked = frozen.link(order, groups);
      if (linked.isPresent()) {
        return linked.get();
      }
      ShardFile file = stream(order.frozenShard(), groups);
      frozen.written(order, groups, file);
      return file;
    }

    private ShardFile stream(int number, List<Integer> groups)
        throws IOException, AbandonedException {
      shard = number;
      try (ObjectWriter file = store.create(name(number))) {
        ShardWriter writer = new ShardWriter(file);
        List<WrittenPiece> pieces = new ArrayList<>();
        for (int index : groups) {
          requireWanted();
          SliceGroup group = slices.group(index);
          pieces.add(append(writer, group.value(), ordinals, snapshot.value(group)));
          for (int slot = 0; slot < group.slots().size(); slot++) {
            pieces.add(
                append(writer, group.slots().get(slot), ordinals, snapshot.slot(group, slot)));
          }
        }
        watch.piece(System.nanoTime());
        file.sync();
        return new ShardFile(number, file.position(), pieces);
      }
    }

    private void requireWanted() throws AbandonedException {
      if (abandoned.equals(order.prefix())) {
        throw new AbandonedException();
      }
      watch.piece(System.nanoTime());
    }
  }

  private static WrittenPiece append(
      ShardWriter writer, Slice slice, Ordinals ordinals, ByteBuffer bytes) throws IOException {
    var written =
        writer.append(
            slice.variable().key(),
            slice.variable().dtype(),
            slice.variable().shape(),
            slice.extent(),
            bytes);
    return new WrittenPiece(
        slice.variable().key(),
        ordinals.of(slice),
        written.offset(),
        written.size(),
        written.maskedCrc());
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "shard-writer");
    thread.setDaemon(true);
    return thread;
  }

  private static final class AbandonedException extends Exception {
    private static final long serialVersionUID = 1L;

    AbandonedException() {
      super("given up by the coordinator", null, false, false);
    }
  }
}
