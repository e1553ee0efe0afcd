package io.holdfast.worker.runtime;

import io.holdfast.job.Job;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.job.plan.Variable;
import io.holdfast.model.InitialValues;
import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/** Fills a state: from the job alone, or from a checkpoint, every byte of it checked. */
final class StateLoader {
  /** Slices that are read at the same time. */
  private static final int READERS = 4;

  private final Job job;
  private final ModelPlan plan;
  private final SlicePlan slices;
  private final ObjectStore store;
  private final FrozenFiles frozenFiles;

  StateLoader(
      Job job, ModelPlan plan, SlicePlan slices, ObjectStore store, FrozenFiles frozenFiles) {
    this.job = job;
    this.plan = plan;
    this.slices = slices;
    this.store = store;
    this.frozenFiles = frozenFiles;
  }

  /** The values before the first step, with the slots of these groups. */
  void initialize(StateBuffers target, List<SliceGroup> owned) {
    InitialValues values = InitialValues.of(job, plan);
    for (SliceGroup group : slices.groups()) {
      values.fill(group.value().variable(), group.value().offset(), target.value(group));
    }
    for (SliceGroup group : owned) {
      for (int i = 0; i < group.slots().size(); i++) {
        Slice slot = group.slots().get(i);
        values.fill(slot.variable(), slot.offset(), target.slot(group, i));
      }
    }
  }

  /**
   * Reads a checkpoint's values, and the slots of these groups and no others, several at a time.
   *
   * @throws DamagedCheckpointException if a byte of them is not what was written, or they are not
   *     this job's
   * @throws IOException if they cannot be read, which says nothing about them
   */
  void restore(String prefix, StateBuffers target, List<SliceGroup> owned, Cancellation.Check check)
      throws IOException, DamagedCheckpointException, InterruptedException {
    try (BundleReader reader = BundleReader.open(new BundleFiles(prefix), store::open)) {
      ReadSlices reads = new ReadSlices(reader, check);
      for (SliceGroup group : slices.groups()) {
        reads.begin(group.value(), target.value(group));
      }
      for (SliceGroup group : owned) {
        for (int i = 0; i < group.slots().size(); i++) {
          reads.begin(group.slots().get(i), target.slot(group, i));
        }
      }
      reads.finish();
      frozenFiles.loaded(reader.files(), reader.index(), slices, owned);
    }
  }

  /** Reads under way; the first failure ends them all. */
  private static final class ReadSlices {
    private final BundleReader reader;
    private final Cancellation.Check check;
    private final ExecutorService threads = Executors.newFixedThreadPool(READERS);
    private final List<Future<?>> reads = new ArrayList<>();

    ReadSlices(BundleReader reader, Cancellation.Check check) {
      this.reader = reader;
      this.check = check;
    }

    void begin(Slice slice, ByteBuffer into) {
      reads.add(threads.submit(() -> read(slice, into)));
    }

    private Void read(Slice slice, ByteBuffer into) throws IOException, DamagedCheckpointException {
      check.proceed();
      requireVariable(reader, slice.variable());
      reader.read(slice.variable().key(), slice.extent(), into);
      return null;
    }

    /** Waits for all; when it returns, or throws, no thread writes the state any more. */
    void finish() throws IOException, DamagedCheckpointException, InterruptedException {
      threads.shutdown();
      try {
        for (Future<?> read : reads) {
          read.get();
        }
      } catch (ExecutionException e) {
        threads.shutdownNow();
        rethrow(e.getCause());
      } finally {
        threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
      }
    }

    private static void rethrow(Throwable cause) throws IOException, DamagedCheckpointException {
      if (cause instanceof IOException failure) {
        throw failure;
      }
      if (cause instanceof DamagedCheckpointException damage) {
        throw damage;
      }
      if (cause instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(cause);
    }
  }

  private static void requireVariable(BundleReader reader, Variable variable)
      throws DamagedCheckpointException {
    boolean fits =
        reader
            .index()
            .entry(variable.key())
            .filter(e -> e.dtype() == variable.dtype() && e.shape().equals(variable.shape()))
            .isPresent();
    if (!fits) {
      throw new DamagedCheckpointException(
          reader.files().index(),
          "has no \"%s\" of %s %s".formatted(variable.key(), variable.dtype(), variable.shape()));
    }
  }

  /** CRC-32C of each group's value, in the job's order. */
  List<Integer> valueChecksums(StateBuffers state) {
    return slices.groups().stream().map(group -> checksum(state.value(group))).toList();
  }

  /** CRC-32C of each slot of these groups, in their order. */
  List<Integer> slotChecksums(StateBuffers state, List<SliceGroup> owned) {
    List<Integer> checksums = new ArrayList<>();
    for (SliceGroup group : owned) {
      for (int slot = 0; slot < group.slots().size(); slot++) {
        checksums.add(checksum(state.slot(group, slot)));
      }
    }
    return checksums;
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
