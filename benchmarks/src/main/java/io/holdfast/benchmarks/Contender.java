package io.holdfast.benchmarks;

import java.io.IOException;

/** One way of doing the work that is compared. */
public interface Contender {

  /** As the table calls it. */
  String name();

  /** Does the work once; returns what it reached in the comparison's unit. */
  double measure() throws IOException, InterruptedException;

  /** A contender of that name. */
  static Contender of(String name, Work work) {
    return new Contender() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public double measure() throws IOException, InterruptedException {
        return work.measure();
      }
    };
  }

  /** The work of a contender. */
  interface Work {
    double measure() throws IOException, InterruptedException;
  }
}
