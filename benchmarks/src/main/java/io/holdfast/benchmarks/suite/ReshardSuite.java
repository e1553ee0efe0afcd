package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import io.holdfast.benchmarks.Comparison;
import io.holdfast.benchmarks.Contender;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.checkpoint.CheckpointCopy;
import io.holdfast.storage.checkpoint.CheckpointKeeper;
import io.holdfast.storage.checkpoint.CommitOutcome;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.VerificationReport;
import io.holdfast.storage.store.LocalStore;
import io.holdfast.worker.runtime.StateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The same checkpoint in another number of shard files, every byte of it checked, durable and
 * committed, beside {@code dd conv=fdatasync} copying its largest file. Both read what the kernel
 * has forgotten. The command {@code reshard} reads its copy back besides; that is a contender of
 * its own.
 */
public final class ReshardSuite {
  private static final int SHARDS = 4;

  private final Bench bench;
  private final SyntheticRun run;
  private final Prefix saved;
  private double readOfNeeded;

  private ReshardSuite(Bench bench, SyntheticRun run, Prefix saved) {
    this.bench = bench;
    this.run = run;
    this.saved = saved;
  }

  public static void run(Bench bench) throws IOException, InterruptedException {
    try (SyntheticRun run = SyntheticRun.create(bench, bench.megabytes())) {
      StateFiles.State whole = run.files().allocate(0, 1);
      run.files().randomize(whole, 1);
      Prefix saved = run.save(List.of(whole));
      run.files().free(whole);
      new ReshardSuite(bench, run, saved).compare();
    }
  }

  private void compare() throws IOException, InterruptedException {
    List<Contender> contenders =
        List.of(
            Contender.of("dd conv=fdatasync", this::dd),
            Contender.of("holdfast", () -> reshard(false)),
            Contender.of("holdfast, read back", () -> reshard(true)));
    String title =
        "Reshard of %d MiB into %d files, a cold dd = 1".formatted(bench.megabytes(), SHARDS);
    new Comparison(title, "MiB/s", contenders)
        .measure(bench.rounds(), bench.out())
        .print(bench.out());
    bench
        .out()
        .printf(
            Locale.ROOT,
            "  bytes read / bytes of the checkpoint, not read back: %.4f%n",
            readOfNeeded);
  }

  private double dd() throws IOException, InterruptedException {
    Path source = Checkpoints.largest(run.filesOf(saved));
    Path target = bench.scratch().resolve("dd");
    prepare();
    double seconds = Disk.writeDurably(source, target);
    Files.delete(target);
    return bench.megabytes() / seconds;
  }

  private void prepare() throws IOException, InterruptedException {
    Disk.forget(run.filesOf(saved));
    Disk.settle(bench.scratch());
  }

  private double reshard(boolean readBack) throws IOException, InterruptedException {
    Path target = Files.createTempDirectory(bench.scratch(), "resharded");
    prepare();
    ProcessIo before = ProcessIo.ofThisProcess();
    long start = System.nanoTime();
    copy(target, readBack);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (!readBack) {
      readOfNeeded = ProcessIo.ofThisProcess().since(before).read() / (double) bytes();
    }
    Bench.remove(target);
    return bench.megabytes() / seconds;
  }

  private long bytes() throws IOException {
    long bytes = 0;
    for (Path file : run.filesOf(saved)) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  private void copy(Path target, boolean readBack) throws IOException {
    CheckpointKeeper keeper = SyntheticRun.keeper(LocalStore.open(target));
    try (BundleReader source = run.directory().open(saved)) {
      CheckpointCopy copy = new CheckpointCopy(source, keeper, saved.step(), SHARDS);
      CommitOutcome outcome = copy.run();
      if (outcome.status() != CommitOutcome.Status.COMMITTED) {
        throw new IOException(saved + ": " + outcome.status() + " " + outcome.reason());
      }
      if (readBack) {
        requireWhole(keeper.readBack(copy.prefix()));
      }
    } catch (DamagedCheckpointException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      keeper.close();
    }
  }

  private static void requireWhole(VerificationReport report) throws IOException {
    if (report.isDamaged() || report.gone()) {
      throw new IOException("what was written is not what is read");
    }
  }
}
