package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import java.io.IOException;
import java.util.Optional;

/** Programs to compare with that are there on this machine. */
record Peers(Optional<TensorFlow> tensorFlow) implements AutoCloseable {

  static Peers open(Bench bench) throws IOException {
    if (bench.python().isEmpty()) {
      bench.out().println("TensorFlow is left out: no --python");
      return new Peers(Optional.empty());
    }
    return new Peers(Optional.of(TensorFlow.start(bench, bench.python().get())));
  }

  @Override
  public void close() {
    tensorFlow.ifPresent(TensorFlow::close);
  }
}
