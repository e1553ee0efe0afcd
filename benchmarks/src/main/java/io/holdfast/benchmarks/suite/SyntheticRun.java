package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import io.holdfast.job.Job;
import io.holdfast.job.file.JobException;
import io.holdfast.job.file.JobFile;
import io.holdfast.job.file.JobText;
import io.holdfast.job.plan.KerasObjects;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.CheckpointKeeper;
import io.holdfast.storage.checkpoint.CheckpointMetadata;
import io.holdfast.storage.checkpoint.CommitOutcome;
import io.holdfast.storage.checkpoint.CommitRequest;
import io.holdfast.storage.checkpoint.DataPosition;
import io.holdfast.storage.checkpoint.ExpectedTensor;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.ShardReport;
import io.holdfast.storage.store.ClaimOutcome;
import io.holdfast.storage.store.LocalStore;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.worker.runtime.StateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A run directory with a state of a wanted size, written, committed and loaded by the product's own
 * code: the worker's writer and loader, the coordinator's keeper.
 */
final class SyntheticRun implements AutoCloseable {
  private static final int INPUT = 4096;
  private static final int BYTES_PER_WEIGHT = 3 * Float.BYTES;

  private final Path scratch;
  private final ObjectStore store;
  private final Job job;
  private final ModelPlan plan;
  private final CheckpointKeeper keeper;
  private final StateFiles files;
  private long step;

  private SyntheticRun(Path scratch, ObjectStore store, Job job, CheckpointKeeper keeper) {
    this.scratch = scratch;
    this.store = store;
    this.job = job;
    this.plan = ModelPlan.of(job);
    this.keeper = keeper;
    this.files = new StateFiles(job, store);
  }

  /** A new run on the disk that is measured. */
  static SyntheticRun create(Bench bench, int megabytes) throws IOException {
    Path scratch = Files.createTempDirectory(bench.scratch(), "synthetic");
    return create(scratch, LocalStore.open(scratch.resolve("run")), megabytes);
  }

  /**
   * A new run whose checkpoint has about so many bytes: one layer's weights and Adam's slots.
   *
   * @param scratch a directory for its job file; removed in the end
   * @param store where it lies
   */
  static SyntheticRun create(Path scratch, ObjectStore store, int megabytes) throws IOException {
    long units = ((long) megabytes << 20) / ((INPUT + 1L) * BYTES_PER_WEIGHT);
    Path file = Files.writeString(scratch.resolve("job.yaml"), jobText(units));
    try {
      Job job = JobFile.read(file);
      return new SyntheticRun(scratch, store, job, keeper(store));
    } catch (JobException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Claims a run directory that nobody leads. */
  static CheckpointKeeper keeper(ObjectStore store) throws IOException {
    if (!(store.claim(0) instanceof ClaimOutcome.Won won)) {
      throw new IOException(store.location() + " is claimed by somebody else");
    }
    return CheckpointKeeper.open(
        new CheckpointDirectory(store), won.tenure(), InstantSource.system());
  }

  private static String jobText(long units) {
    return """
        name: synthetic
        model:
          input: [%d]
          layers:
            - dense: {units: %d}
        loss: mean_squared_error
        optimizer: adam
        data:
          batch_size: 8
          train:
            random: {shape: [%d], samples: 8, target: [%d]}
        epochs: 1
        """
        .formatted(INPUT, units, INPUT, units);
  }

  CheckpointDirectory directory() {
    return keeper.directory();
  }

  StateFiles files() {
    return files;
  }

  /** Writes one file a member, syncs and commits; returns the checkpoint's name. */
  Prefix save(List<StateFiles.State> members) throws IOException, InterruptedException {
    return save(members, 1);
  }

  /**
   * Writes, syncs and commits; returns the checkpoint's name.
   *
   * @param writers files that each member writes at once
   */
  Prefix save(List<StateFiles.State> members, int writers)
      throws IOException, InterruptedException {
    step++;
    Prefix prefix = new Prefix(keeper.term(), 1, step);
    int shards = members.size() * writers + 1;
    for (int member = 0; member < members.size(); member++) {
      files.begin(members.get(member), prefix, member * writers + 1, writers, shards);
    }
    List<ShardReport> reports = new ArrayList<>();
    for (int member = 0; member < members.size(); member++) {
      reports.addAll(files.awaitDurable());
    }
    reports.add(keeper.writeMetadataShard(metadata(prefix), reports, KerasObjects.graph(plan)));
    CommitOutcome outcome = keeper.commit(new CommitRequest(prefix, reports, expected()));
    if (outcome.status() != CommitOutcome.Status.COMMITTED) {
      throw new IOException(prefix + ": " + outcome.status() + " " + outcome.reason());
    }
    return prefix;
  }

  private List<ExpectedTensor> expected() {
    return plan.variables().stream()
        .map(variable -> new ExpectedTensor(variable.key(), variable.dtype(), variable.shape()))
        .toList();
  }

  private CheckpointMetadata metadata(Prefix prefix) {
    return new CheckpointMetadata(
        prefix,
        "benchmark",
        Instant.EPOCH,
        JobText.write(job),
        new DataPosition(0, 0),
        Optional.empty(),
        "{}",
        Optional.empty(),
        new TreeMap<>());
  }

  /** The files of a checkpoint on a local disk. */
  List<Path> filesOf(Prefix prefix) throws IOException {
    return namesOf(prefix).stream().map(name -> Path.of(store.location()).resolve(name)).toList();
  }

  private List<String> namesOf(Prefix prefix) throws IOException {
    return store.list("").stream()
        .map(ObjectInfo::name)
        .filter(name -> name.startsWith(prefix + "."))
        .toList();
  }

  void delete(Prefix prefix) throws IOException {
    for (String name : namesOf(prefix)) {
      store.delete(name);
    }
  }

  @Override
  public void close() throws IOException {
    keeper.close();
    Bench.remove(scratch);
  }
}
