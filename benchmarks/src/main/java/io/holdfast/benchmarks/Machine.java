package io.holdfast.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a table was measured on; without it a number says nothing. */
final class Machine {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");
  private static final Path LOAD = Path.of("/proc/loadavg");

  private Machine() {}

  /** Prints one line on the machine and one on the disk. */
  static void describe(PrintStream out, Path scratch) throws IOException {
    out.printf(
        "%d cores, %s, %s %s, Java %s%n",
        Runtime.getRuntime().availableProcessors(),
        cpu(),
        System.getProperty("os.name"),
        System.getProperty("os.version"),
        System.getProperty("java.version"));
    FileStore disk = Files.getFileStore(scratch);
    out.printf("scratch on %s (%s)%n", disk.name(), disk.type());
    load(out);
  }

  /** Prints the load of the last minutes: above 0 before a suite, others work here too. */
  static void load(PrintStream out) throws IOException {
    if (Files.exists(LOAD)) {
      String[] averages = Files.readString(LOAD).split(" ");
      out.printf("load average %s %s %s%n", averages[0], averages[1], averages[2]);
    }
  }

  private static String cpu() throws IOException {
    if (!Files.exists(CPUINFO)) {
      return System.getProperty("os.arch");
    }
    return Files.readAllLines(CPUINFO).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).trim())
        .findFirst()
        .orElse(System.getProperty("os.arch"));
  }
}
