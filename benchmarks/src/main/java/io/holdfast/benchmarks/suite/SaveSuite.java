package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import io.holdfast.benchmarks.Comparison;
import io.holdfast.benchmarks.Contender;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.worker.runtime.StateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A durable, checksummed, committed save beside {@code dd conv=fdatasync} of a file of random bytes
 * that lies in memory, and beside TensorFlow's SaveV2 followed by a sync.
 */
public final class SaveSuite {
  private SaveSuite() {}

  public static void run(Bench bench) throws IOException, InterruptedException {
    try (SyntheticRun run = SyntheticRun.create(bench, bench.megabytes())) {
      StateFiles.State whole = run.files().allocate(0, 1);
      run.files().randomize(whole, 1);
      List<Contender> contenders = new ArrayList<>();
      contenders.add(dd(bench, run, whole));
      contenders.add(holdfast(bench, run, whole, "holdfast", 1));
      contenders.add(holdfast(bench, run, whole, "holdfast, 2 writers", 2));
      try (Peers peers = Peers.open(bench)) {
        peers.tensorFlow().ifPresent(peer -> contenders.add(tensorFlow(bench, peer)));
        new Comparison("Durable save of " + bench.megabytes() + " MiB, dd = 1", "MiB/s", contenders)
            .measure(bench.rounds(), bench.out())
            .print(bench.out());
      }
    }
  }

  private static Contender holdfast(
      Bench bench, SyntheticRun run, StateFiles.State state, String name, int writers) {
    return Contender.of(
        name,
        () -> {
          Disk.settle(bench.scratch());
          long start = System.nanoTime();
          Prefix saved = run.save(List.of(state), writers);
          double seconds = (System.nanoTime() - start) / 1e9;
          run.delete(saved);
          return bench.megabytes() / seconds;
        });
  }

  private static Contender dd(Bench bench, SyntheticRun run, StateFiles.State state)
      throws IOException, InterruptedException {
    Prefix saved = run.save(List.of(state));
    Path source = Files.createTempFile(Disk.memory(bench), "holdfast-random", "");
    source.toFile().deleteOnExit();
    Files.copy(
        Checkpoints.largest(run.filesOf(saved)), source, StandardCopyOption.REPLACE_EXISTING);
    run.delete(saved);
    return Contender.of(
        "dd conv=fdatasync",
        () -> {
          Disk.read(
              source); // where memory is no file system, at least once into the kernel's cache
          Disk.settle(bench.scratch());
          Path target = bench.scratch().resolve("dd");
          double seconds = Disk.writeDurably(source, target);
          Files.delete(target);
          return bench.megabytes() / seconds;
        });
  }

  private static Contender tensorFlow(Bench bench, TensorFlow peer) {
    return Contender.of(
        "TensorFlow SaveV2, fsync",
        () -> {
          Disk.settle(bench.scratch());
          Path directory = Files.createTempDirectory(bench.scratch(), "tensorflow");
          double seconds = peer.saveDurably(directory.resolve("saved"));
          Bench.remove(directory);
          return bench.megabytes() / seconds;
        });
  }
}
