package io.holdfast.worker.runtime;

import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.protocol.CoordinatorMessage.ShardOrder;
import io.holdfast.protocol.WireLimits;
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
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams handed-over buffers into shard files on threads of its own, while training goes on: one
 * or, where a store takes more than one stream gives, more for what steps change, and one for what
 * is frozen, unless that can be linked. The files of one checkpoint at a time; those that are given
 * up are deleted, for they belong to this worker alone.
 */
final class ShardFileWriter {
  private static final Logger LOG = LoggerFactory.getLogger(ShardFileWriter.class);

  private final Consumer<WorkerEvent> inbox;
  // No queue: the machine asks for one checkpoint at a time, a second one would mean that it lost
  // count.
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          0, 2, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), ShardFileWriter::daemon);
  // Who finds no thread free streams by itself.
  private final ThreadPoolExecutor streams =
      new ThreadPoolExecutor(
          0,
          WireLimits.MAX_FILES_A_WORKER,
          30,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          ShardFileWriter::daemon,
          new ThreadPoolExecutor.CallerRunsPolicy());
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

  /** Why a file could not be written. */
  private record Failure(ShardOrder file, String why) {}

  /** The files of one checkpoint. */
  private final class Task {
    private final WorkerEffect.WriteShards order;
    private final SlicePlan slices;
    private final ObjectStore store;
    private final FrozenFiles frozen;
    private final Snapshot snapshot;
    private final Ordinals ordinals;
    private final AtomicReference<Failure> failure = new AtomicReference<>();

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

    /** Writes all files at once, and waits for all; the first failure ends the others. */
    WorkerEvent result() {
      List<Future<Optional<ShardFile>>> others =
          order.files().stream().skip(1).map(file -> streams.submit(() -> attempt(file))).toList();
      List<ShardFile> written = new ArrayList<>();
      attempt(order.files().get(0)).ifPresent(written::add);
      others.forEach(other -> outcome(other).ifPresent(written::add));
      return Optional.ofNullable(failure.get())
          .<WorkerEvent>map(this::givenUp)
          .orElseGet(() -> new WorkerEvent.ShardFilesWritten(order.prefix(), written));
    }

    private Optional<ShardFile> attempt(ShardOrder file) {
      try {
        return Optional.of(file.frozen() ? frozen(file) : stream(file));
      } catch (IOException | AbandonedException e) {
        failure.compareAndSet(null, new Failure(file, e.getMessage()));
      } catch (RuntimeException e) {
        LOG.error("Writing {} failed", name(file), e);
        failure.compareAndSet(null, new Failure(file, e.toString()));
      }
      return Optional.empty();
    }

    /** What a thread of streams came to; this thread waits for it whatever happens. */
    private static Optional<ShardFile> outcome(Future<Optional<ShardFile>> other) {
      boolean interrupted = false;
      try {
        while (true) {
          try {
            return other.get();
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private WorkerEvent givenUp(Failure first) {
      order.files().forEach(this::delete);
      return new WorkerEvent.ShardFilesFailed(
          order.prefix(), first.file().shard(), name(first.file()) + ": " + first.why());
    }

    private String name(ShardOrder file) {
      return new BundleFiles(order.prefix()).shard(file.shard(), order.numShards());
    }

    private void delete(ShardOrder file) {
      try {
        store.delete(name(file));
      } catch (IOException e) {
        LOG.warn("{} stays behind: {}", name(file), e.toString());
      }
    }

    private ShardFile frozen(ShardOrder file) throws IOException, AbandonedException {
      requireWanted();
      Optional<ShardFile> linked = frozen.link(order, file);
      if (linked.isPresent()) {
        return linked.get();
      }
      ShardFile written = stream(file);
      frozen.written(order, file, written);
      return written;
    }

    private ShardFile stream(ShardOrder order) throws IOException, AbandonedException {
      try (ObjectWriter file = store.create(name(order))) {
        ShardWriter writer = new ShardWriter(file);
        List<WrittenPiece> pieces = new ArrayList<>();
        for (int index : order.groups()) {
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
        return new ShardFile(order.shard(), file.position(), pieces);
      }
    }

    private void requireWanted() throws AbandonedException {
      if (abandoned.equals(order.prefix()) || failure.get() != null) {
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
