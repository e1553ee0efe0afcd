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
import java.util.stream.Stream;

/**
 * A run directory with a state of a wanted size, written, committed and loaded by the product's own
 * code: the worker's writer and loader, the coordinator's keeper.
 */
final class SyntheticRun implements AutoCloseable {
  private static final int INPUT = 4096;
  private static final int BYTES_PER_WEIGHT = 3 * Float.BYTES;

  private final Path directory;
  private final Job job;
  private final ModelPlan plan;
  private final CheckpointKeeper keeper;
  private final StateFiles files;
  private long step;

  private SyntheticRun(Path directory, Job job, CheckpointKeeper keeper, StateFiles files) {
    this.directory = directory;
    this.job = job;
    this.plan = ModelPlan.of(job);
    this.keeper = keeper;
    this.files = files;
  }

  /** A new run whose checkpoint has about so many bytes: one layer's weights and Adam's slots. */
  static SyntheticRun create(Bench bench, int megabytes) throws IOException {
    Path directory = Files.createTempDirectory(bench.scratch(), "synthetic");
    long units = ((long) megabytes << 20) / ((INPUT + 1L) * BYTES_PER_WEIGHT);
    Path file = Files.writeString(directory.resolve("job.yaml"), jobText(units));
    try {
      Job job = JobFile.read(file);
      ObjectStore store = LocalStore.open(directory.resolve("run"));
      if (!(store.claim(0) instanceof ClaimOutcome.Won won)) {
        throw new IOException(directory + " is claimed by somebody else");
      }
      CheckpointKeeper keeper =
          CheckpointKeeper.open(
              new CheckpointDirectory(store), won.tenure(), InstantSource.system());
      return new SyntheticRun(directory.resolve("run"), job, keeper, new StateFiles(job, store));
    } catch (JobException e) {
      throw new IOException(e.getMessage(), e);
    }
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

  Path directory() {
    return directory;
  }

  StateFiles files() {
    return files;
  }

  /** Writes, syncs and commits; returns the checkpoint's name. */
  Prefix save(List<StateFiles.State> members) throws IOException, InterruptedException {
    step++;
    Prefix prefix = new Prefix(keeper.term(), 1, step);
    int shards = members.size() + 1;
    for (int member = 0; member < members.size(); member++) {
      files.begin(members.get(member), prefix, member + 1, shards);
    }
    List<ShardReport> reports = new ArrayList<>();
    for (int member = 0; member < members.size(); member++) {
      reports.add(files.awaitDurable());
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

  /** The files of a checkpoint. */
  List<Path> filesOf(Prefix prefix) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(path -> path.getFileName().toString().startsWith(prefix + ".")).toList();
    }
  }

  void delete(Prefix prefix) throws IOException {
    for (Path file : filesOf(prefix)) {
      Files.delete(file);
    }
  }

  @Override
  public void close() throws IOException {
    keeper.close();
    Bench.remove(directory.getParent());
  }
}
