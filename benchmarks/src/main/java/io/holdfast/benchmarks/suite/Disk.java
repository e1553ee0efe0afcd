package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What dd and its like do, to compare with and to prepare. Times are of whole processes. */
final class Disk {
  private Disk() {}

  /** Copies a file to the disk, durably; returns seconds. */
  static double writeDurably(Path source, Path target) throws IOException, InterruptedException {
    return run("dd", "if=" + source, "of=" + target, "bs=1M", "conv=fdatasync", "status=none");
  }

  /** Reads a file to nowhere; returns seconds. */
  static double read(Path file) throws IOException, InterruptedException {
    return run("dd", "if=" + file, "of=/dev/null", "bs=1M", "status=none");
  }

  /** Makes the kernel forget what it holds of files, so that the next read is from the disk. */
  static void forget(List<Path> files) throws IOException, InterruptedException {
    for (Path file : files) {
      run("dd", "of=" + file, "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none");
    }
  }

  /** Waits until nothing is left to be written to the disk of that directory. */
  static void settle(Path directory) throws IOException, InterruptedException {
    run("sync", "-f", directory.toString());
  }

  /**
   * A directory whose files lie in memory, if there is room for so many MiB twice; else one on the
   * disk, of which the kernel keeps some in memory.
   */
  static Path memory(Bench bench) throws IOException {
    Path shared = Path.of("/dev/shm");
    long wanted = (long) bench.megabytes() << 20;
    boolean room =
        Files.isWritable(shared) && Files.getFileStore(shared).getUsableSpace() > 2 * wanted;
    return room ? shared : bench.scratch();
  }

  /** Runs a program to its end, which must be a good one; returns seconds. */
  static double run(String... command) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + output.strip());
    }
    return (System.nanoTime() - start) / 1e9;
  }
}
