package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import io.holdfast.benchmarks.Comparison;
import io.holdfast.benchmarks.Contender;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.worker.runtime.StateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Loading a checkpoint that the kernel has forgotten, every byte checked, beside {@code dd} reading
 * the same file and beside TensorFlow's RestoreV2; and how much members read of what they need when
 * their number is not the one that wrote it.
 */
public final class LoadSuite {
  private static final int WRITERS = 2;
  private static final int READERS = 3;

  private LoadSuite() {}

  public static void run(Bench bench) throws IOException, InterruptedException {
    try (SyntheticRun run = SyntheticRun.create(bench, bench.megabytes())) {
      cold(bench, run);
    }
    try (SyntheticRun run = SyntheticRun.create(bench, bench.megabytes())) {
      reshard(bench, run);
    }
  }

  private static void cold(Bench bench, SyntheticRun run) throws IOException, InterruptedException {
    StateFiles.State whole = run.files().allocate(0, 1);
    run.files().randomize(whole, 1);
    Prefix saved = run.save(List.of(whole));
    List<Contender> contenders = new ArrayList<>();
    contenders.add(dd(bench, run, saved));
    contenders.add(holdfast(bench, run, saved, whole));
    try (Peers peers = Peers.open(bench)) {
      if (peers.tensorFlow().isPresent()) {
        contenders.add(tensorFlow(bench, peers.tensorFlow().get()));
      }
      new Comparison("Cold load of " + bench.megabytes() + " MiB, dd = 1", "MiB/s", contenders)
          .measure(bench.rounds(), bench.out())
          .print(bench.out());
    }
  }

  private static Contender dd(Bench bench, SyntheticRun run, Prefix saved) throws IOException {
    Path file = Checkpoints.largest(run.filesOf(saved));
    return Contender.of(
        "dd",
        () -> {
          Disk.forget(List.of(file));
          return bench.megabytes() / Disk.read(file);
        });
  }

  private static Contender holdfast(
      Bench bench, SyntheticRun run, Prefix saved, StateFiles.State state) {
    return Contender.of(
        "holdfast",
        () -> {
          Disk.forget(run.filesOf(saved));
          long start = System.nanoTime();
          run.files().load(saved, state);
          return bench.megabytes() * 1e9 / (System.nanoTime() - start);
        });
  }

  private static Contender tensorFlow(Bench bench, TensorFlow peer) throws IOException {
    Path directory = Files.createTempDirectory(bench.scratch(), "tensorflow");
    Path prefix = directory.resolve("saved");
    peer.saveDurably(prefix);
    return Contender.of(
        "TensorFlow RestoreV2",
        () -> {
          try (Stream<Path> files = Files.list(directory)) {
            Disk.forget(files.toList());
          }
          return bench.megabytes() / peer.restore(prefix);
        });
  }

  /** What some workers wrote is loaded by another number of them, one after the other. */
  private static void reshard(Bench bench, SyntheticRun run)
      throws IOException, InterruptedException {
    List<StateFiles.State> writers = new ArrayList<>();
    for (int member = 0; member < WRITERS; member++) {
      writers.add(run.files().allocate(member, WRITERS));
      run.files().randomize(writers.get(member), member);
    }
    Prefix saved = run.save(writers);
    bench.out().printf("%nA checkpoint of %d workers, loaded by %d%n", WRITERS, READERS);
    writers.forEach(run.files()::free);
    for (int member = 0; member < READERS; member++) {
      StateFiles.State state = run.files().allocate(member, READERS);
      Disk.forget(run.filesOf(saved));
      ProcessIo before = ProcessIo.ofThisProcess();
      long start = System.nanoTime();
      run.files().load(saved, state);
      double seconds = (System.nanoTime() - start) / 1e9;
      ProcessIo io = ProcessIo.ofThisProcess().since(before);
      long needed = run.files().neededBytes(state);
      bench
          .out()
          .printf(
              Locale.ROOT,
              "  worker %d: needs %d bytes, reads %d, ratio %.4f, in %.2f s%n",
              member + 1,
              needed,
              io.read(),
              io.read() / (double) needed,
              seconds);
      run.files().free(state);
    }
  }
}
