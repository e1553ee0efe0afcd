package io.holdfast.benchmarks.suite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * A process that is warm when it is measured: it does what a line on its standard input says and
 * answers with the seconds that it took. It ends with its standard input.
 */
final class OrderedProcess implements AutoCloseable {
  private final String name;
  private final Process process;
  private final PrintWriter orders;
  private final BufferedReader answers;

  /**
   * @param name for messages
   * @param builder of the process, which is started now
   */
  OrderedProcess(String name, ProcessBuilder builder) throws IOException {
    this.name = name;
    this.process = builder.start();
    this.orders = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Gives an order; returns the seconds that it took. */
  double order(String order) throws IOException {
    orders.println(order);
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException(name + " ended at \"" + order + "\"");
    }
    return Double.parseDouble(answer);
  }

  @Override
  public void close() {
    process.destroy();
  }
}
