package io.holdfast.benchmarks.micro;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
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

/** What a checksum adds to each MiB that is copied, beside the copy alone. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ChecksumBenchmark {
  private static final int TOTAL = 64 << 20;

  /** Bytes that are checksummed and copied in one go. */
  @Param({"65536", "1048576"})
  public int chunk;

  private ByteBuffer source;
  private ByteBuffer target;
  private int at;

  @Setup
  public void allocate() {
    source = ByteBuffer.allocateDirect(TOTAL);
    target = ByteBuffer.allocateDirect(TOTAL);
  }

  @Benchmark
  public ByteBuffer copy() {
    at = (at + chunk) % TOTAL;
    return target.put(at, source, at, chunk);
  }

  @Benchmark
  public long checksumAndCopy() {
    at = (at + chunk) % TOTAL;
    CRC32C crc = new CRC32C();
    crc.update(source.slice(at, chunk));
    target.put(at, source, at, chunk);
    return crc.getValue();
  }
}
