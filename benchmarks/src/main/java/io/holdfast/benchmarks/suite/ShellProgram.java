package io.holdfast.benchmarks.suite;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.FsShell;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.util.ToolRunner;

/** Hadoop's own shell in a JVM that stays: each order is the arguments of {@code hdfs dfs}. */
final class ShellProgram {
  private ShellProgram() {}

  /** What the shell tells its user goes nowhere; what it complains about, to standard error. */
  public static void main(String[] none) throws Exception {
    PrintStream answers = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    FsShell shell = new FsShell(new HdfsConfiguration());
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      long start = System.nanoTime();
      if (ToolRunner.run(shell, order.split(" ")) != 0) {
        System.exit(1);
      }
      answers.println((System.nanoTime() - start) / 1e9);
    }
  }
}
