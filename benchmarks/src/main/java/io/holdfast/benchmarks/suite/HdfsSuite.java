package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import io.holdfast.benchmarks.Comparison;
import io.holdfast.benchmarks.Contender;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A durable, checksummed, committed save to HDFS and a cold load from it beside Hadoop's own {@code
 * hdfs dfs -put} and {@code -get} of a file of as many random bytes, which lies in memory. The
 * shell is measured twice: in a JVM that stays, as the worker's does, and as a user starts it.
 */
public final class HdfsSuite {
  private static final int CHUNK_BYTES = 1 << 20;

  private final Bench bench;
  private final Hdfs hdfs;
  private final OrderedProcess shell;
  private final OrderedProcess worker;
  private final Path file;

  private HdfsSuite(
      Bench bench, Hdfs hdfs, OrderedProcess shell, OrderedProcess worker, Path file) {
    this.bench = bench;
    this.hdfs = hdfs;
    this.shell = shell;
    this.worker = worker;
    this.file = file;
  }

  /**
   * Runs it.
   *
   * @param replication copies of each block
   * @param syncOnClose whether DataNodes sync a file that is closed: by default a put is in their
   *     memory when it ends, while a save is on their disks
   */
  public static void run(Bench bench, int replication, boolean syncOnClose)
      throws IOException, InterruptedException {
    Path file = Files.createTempFile(Disk.memory(bench), "holdfast-random", "");
    file.toFile().deleteOnExit();
    fill(file, bench.megabytes());
    try (Hdfs hdfs = Hdfs.start(bench, replication, syncOnClose);
        OrderedProcess shell = hdfs.warmShell();
        OrderedProcess worker = hdfs.worker(bench)) {
      HdfsSuite suite = new HdfsSuite(bench, hdfs, shell, worker, file);
      String copies =
          ", "
              + replication
              + (replication == 1 ? " copy" : " copies")
              + (syncOnClose ? ", a put synced" : ", a put not synced");
      suite.compare("Durable save of %d MiB to HDFS" + copies + ", put = 1", suite.savers());
      suite.compare("Cold load of %d MiB from HDFS" + copies + ", get = 1", suite.loaders());
    } finally {
      Files.delete(file);
    }
  }

  private static void fill(Path file, int megabytes) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    byte[] chunk = new byte[CHUNK_BYTES];
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), CHUNK_BYTES)) {
      for (int i = 0; i < megabytes; i++) {
        random.nextBytes(chunk);
        out.write(chunk);
      }
    }
  }

  private void compare(String title, List<Contender> contenders)
      throws IOException, InterruptedException {
    new Comparison(title.formatted(bench.megabytes()), "MiB/s", contenders)
        .measure(bench.rounds(), bench.out())
        .print(bench.out());
  }

  private List<Contender> savers() {
    String put = "-put -f " + file + " /put";
    return List.of(
        Contender.of("put, warm JVM", () -> saved(() -> shell.order(put))),
        Contender.of("hdfs dfs -put", () -> saved(() -> hdfs.shell(put.split(" ")))),
        Contender.of("holdfast", () -> saved("save")),
        Contender.of("holdfast, 2 writers", () -> saved("save-2")));
  }

  private double saved(String order) throws IOException, InterruptedException {
    double speed = rate(() -> worker.order(order));
    worker.order("delete");
    return speed;
  }

  private double saved(Contender.Work put) throws IOException, InterruptedException {
    double speed = rate(put);
    shell.order("-rm -skipTrash -f /put");
    return speed;
  }

  private double rate(Contender.Work work) throws IOException, InterruptedException {
    Disk.settle(bench.scratch());
    return bench.megabytes() / work.measure();
  }

  private List<Contender> loaders() throws IOException {
    shell.order("-put -f " + file + " /put");
    worker.order("save");
    String get = "-get -f /put " + file;
    return List.of(
        Contender.of("get, warm JVM", () -> cold(() -> shell.order(get))),
        Contender.of("hdfs dfs -get", () -> cold(() -> hdfs.shell(get.split(" ")))),
        Contender.of("holdfast", () -> cold(() -> worker.order("load"))));
  }

  private double cold(Contender.Work load) throws IOException, InterruptedException {
    hdfs.forget();
    return bench.megabytes() / load.measure();
  }
}
