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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams handed-over buffers into a shard file on a thread of its own, while training goes on. One
 * file at a time; a file that is given up is deleted, for it belongs to this worker alone.
 */
final class ShardFileWriter {
  private static final Logger LOG = LoggerFactory.getLogger(ShardFileWriter.class);

  private final Consumer<WorkerEvent> inbox;
  // No queue: the machine asks for one file at a time, and a second one would mean that it lost
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

  /** Starts to write; {@code snapshot} is given back when it is done, however it ends. */
  void write(
      WorkerEffect.WriteShard order, SlicePlan slices, ObjectStore store, Snapshot snapshot) {
    thread.execute(
        () -> {
          watch.piece(System.nanoTime());
          WorkerEvent result = result(order, slices, store, snapshot);
          watch.rest();
          snapshot.release();
          inbox.accept(result);
        });
  }

  /** The file of this prefix is no longer wanted. */
  void abandon(String prefix) {
    abandoned = prefix;
  }

  private WorkerEvent result(
      WorkerEffect.WriteShard order, SlicePlan slices, ObjectStore store, Snapshot snapshot) {
    String name = new BundleFiles(order.prefix()).shard(order.shard(), order.numShards());
    try {
      return stream(order, slices, store.create(name), snapshot);
    } catch (IOException | AbandonedException e) {
      delete(store, name);
      return new WorkerEvent.ShardFileFailed(
          order.prefix(), order.shard(), name + ": " + e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Writing {} failed", name, e);
      delete(store, name);
      return new WorkerEvent.ShardFileFailed(order.prefix(), order.shard(), name + ": " + e);
    }
  }

  private WorkerEvent stream(
      WorkerEffect.WriteShard order, SlicePlan slices, ObjectWriter file, Snapshot snapshot)
      throws IOException, AbandonedException {
    try (file) {
      ShardWriter writer = new ShardWriter(file);
      Ordinals ordinals = new Ordinals(slices);
      List<WrittenPiece> pieces = new ArrayList<>();
      for (int index : order.groups()) {
        if (abandoned.equals(order.prefix())) {
          throw new AbandonedException();
        }
        watch.piece(System.nanoTime());
        SliceGroup group = slices.group(index);
        pieces.add(append(writer, group.value(), ordinals, snapshot.value(group)));
        for (int slot = 0; slot < group.slots().size(); slot++) {
          pieces.add(append(writer, group.slots().get(slot), ordinals, snapshot.slot(group, slot)));
        }
      }
      watch.piece(System.nanoTime());
      file.sync();
      return new WorkerEvent.ShardFileWritten(
          order.prefix(), order.shard(), file.position(), pieces);
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

  private static void delete(ObjectStore store, String name) {
    try {
      store.delete(name);
    } catch (IOException e) {
      LOG.warn("{} stays behind: {}", name, e.toString());
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "shard-writer");
    thread.setDaemon(true);
    return thread;
  }

  /** Which of its variable's slices each slice is, from 0. */
  private static final class Ordinals {
    private final Map<Slice, Integer> ordinals = new HashMap<>();

    Ordinals(SlicePlan plan) {
      Map<String, Integer> counts = new HashMap<>();
      for (Slice slice : plan.slices()) {
        ordinals.put(slice, counts.merge(slice.variable().key(), 1, Integer::sum) - 1);
      }
    }

    int of(Slice slice) {
      return ordinals.get(slice);
    }
  }

  private static final class AbandonedException extends Exception {
    private static final long serialVersionUID = 1L;

    AbandonedException() {
      super("given up by the coordinator", null, false, false);
    }
  }
}
