package io.holdfast.benchmarks;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.holdfast.proto.v1.OperatorGrpc;
import io.holdfast.proto.v1.StatusReply;
import io.holdfast.proto.v1.StatusRequest;
import io.holdfast.storage.store.LeaderRecord;
import io.holdfast.storage.store.LocalStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A whole run by the release's launcher, held to some cores, watched from outside. */
public final class LiveRun implements AutoCloseable {
  private static final Duration START_DEADLINE = Duration.ofMinutes(3);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(60);
  private static final Duration LOOK = Duration.ofMillis(5);

  private final Process process;
  private final Path directory;
  private final Path log;
  private Optional<ManagedChannel> channel = Optional.empty();

  private LiveRun(Process process, Path directory, Path log) {
    this.process = process;
    this.directory = directory;
    this.log = log;
  }

  /**
   * What is run.
   *
   * @param job the job file
   * @param workers how many
   * @param cores that all processes of the run together may use, by taskset
   * @param settings {@code key=value} over the job file
   */
  public record Order(Path job, int workers, int cores, List<String> settings) {}

  /** Starts a run in a new directory. */
  public static LiveRun start(Bench bench, Order order) throws IOException {
    Path directory = Files.createTempDirectory(bench.scratch(), "run");
    Path log = Files.createTempFile(bench.scratch(), "run", ".log");
    String cpus =
        IntStream.range(0, order.cores())
            .mapToObj(String::valueOf)
            .collect(Collectors.joining(","));
    List<String> command = new ArrayList<>(List.of("taskset", "-c", cpus));
    command.add(bench.release().resolve("bin/holdfast").toString());
    command.addAll(List.of("run", order.job().toString(), "--dir", directory.toString()));
    command.addAll(List.of("--workers", String.valueOf(order.workers())));
    order.settings().forEach(setting -> command.addAll(List.of("--set", setting)));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new LiveRun(process, directory, log);
  }

  public Path directory() {
    return directory;
  }

  /** What the coordinator says of the run; empty while there is none that answers. */
  private Optional<StatusReply> look() throws IOException {
    if (!process.isAlive()) {
      throw new IOException("the run has ended by itself: " + Files.readString(log));
    }
    if (channel.isEmpty()) {
      channel =
          LeaderRecord.read(LocalStore.openExisting(directory))
              .map(
                  leader -> NettyChannelBuilder.forTarget(leader.address()).usePlaintext().build());
    }
    try {
      return channel.map(
          to ->
              OperatorGrpc.newBlockingStub(to)
                  .withDeadlineAfter(5, TimeUnit.SECONDS)
                  .getStatus(StatusRequest.getDefaultInstance()));
    } catch (StatusRuntimeException e) {
      return Optional.empty();
    }
  }

  /** How the run is. */
  public StatusReply status() throws IOException {
    return look()
        .orElseThrow(() -> new IOException("the coordinator of " + directory + " is gone"));
  }

  /** Waits until the run has come to a step. */
  public StatusReply awaitStep(long step) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_DEADLINE.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<StatusReply> now = look().filter(status -> status.getStep() >= step);
      if (now.isPresent()) {
        return now.get();
      }
      Thread.sleep(step == 0 ? 50 : LOOK.toMillis());
    }
    throw new IOException("step " + step + " was not reached: " + Files.readString(log));
  }

  /**
   * How fast a run goes.
   *
   * @param stepsPerSecond by the clock
   * @param cpuMillisPerStep that all processes of the run computed, whatever the clock says: on a
   *     machine where others work too it tells more
   */
  public record Pace(double stepsPerSecond, double cpuMillisPerStep) {}

  /** The pace from one change of step to another about {@code window} later. */
  public Pace pace(Duration window) throws IOException, InterruptedException {
    Moment from = nextStep();
    TimeUnit.NANOSECONDS.sleep(window.toNanos());
    Moment to = nextStep();
    double steps = to.step() - from.step();
    return new Pace(
        steps * 1e9 / (to.nanos() - from.nanos()), (to.cpuNanos() - from.cpuNanos()) / 1e6 / steps);
  }

  private record Moment(long step, long nanos, long cpuNanos) {}

  private Moment nextStep() throws IOException, InterruptedException {
    StatusReply reached = awaitStep(status().getStep() + 1);
    return new Moment(reached.getStep(), System.nanoTime(), cpuNanos());
  }

  private long cpuNanos() {
    return process
        .descendants()
        .flatMap(child -> child.info().totalCpuDuration().stream())
        .mapToLong(Duration::toNanos)
        .sum();
  }

  /** Stops the run and removes what it wrote. */
  @Override
  public void close() throws IOException {
    channel.ifPresent(ManagedChannel::shutdownNow);
    process.destroy();
    try {
      if (!process.waitFor(STOP_DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Bench.remove(directory);
    Files.deleteIfExists(log);
  }
}
