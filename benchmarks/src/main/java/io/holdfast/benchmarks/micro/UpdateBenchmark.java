package io.holdfast.benchmarks.micro;

import io.holdfast.job.OptimizerSpec;
import io.holdfast.job.plan.SumTree.Span;
import io.holdfast.model.optimizer.GradientSum;
import io.holdfast.model.optimizer.Optimizer;
import io.holdfast.model.optimizer.SliceUpdate;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What an owner does for one slice of 2 MiB in a step: the tree's sum, then Adam out of place. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class UpdateBenchmark {
  private static final int ELEMENTS = (2 << 20) / Float.BYTES;

  /** Sums that others sent, and own shards. */
  @Param({"1", "2", "4"})
  public int parts;

  private final SplittableRandom random = new SplittableRandom(1);
  private final List<FloatBuffer> gradients = new ArrayList<>();
  private Optimizer optimizer;
  private FloatBuffer value;
  private FloatBuffer next;
  private List<FloatBuffer> slots;
  private List<FloatBuffer> nextSlots;

  @Setup
  public void allocate() {
    optimizer = Optimizer.of(new OptimizerSpec.Adam(0.001, 0.9, 0.999, 1e-7));
    for (int part = 0; part < parts; part++) {
      gradients.add(buffer());
    }
    value = buffer();
    next = buffer();
    slots = List.of(buffer(), buffer());
    nextSlots = List.of(buffer(), buffer());
  }

  private FloatBuffer buffer() {
    FloatBuffer floats =
        ByteBuffer.allocateDirect(ELEMENTS * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    for (int i = 0; i < ELEMENTS; i++) {
      floats.put(i, (float) random.nextDouble());
    }
    return floats;
  }

  @Benchmark
  public FloatBuffer update() {
    GradientSum sum =
        GradientSum.of(
                new Span(0, parts),
                span -> span.isLeaf() ? Optional.of(gradients.get(span.from())) : Optional.empty())
            .orElseThrow();
    optimizer.update(1000, 0.001f, new SliceUpdate(value, slots, sum, 128, next, nextSlots));
    return next;
  }
}
