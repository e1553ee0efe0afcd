package io.holdfast.coordinator.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.coordinator.protocol.LeaderEvent.FindDone;
import io.holdfast.coordinator.protocol.OperatorAnswer.Refused;
import io.holdfast.coordinator.protocol.OperatorAnswer.Why;
import io.holdfast.job.Job;
import io.holdfast.job.file.JobFile;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.CheckpointKeeper;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.store.ClaimOutcome;
import io.holdfast.storage.store.FaultyStore;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.Tenure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests for upkeep that cannot be met, or not yet. */
class UpkeepTest {
  private static final Prefix UNKNOWN = new Prefix(1, 1, 10);
  private static final String JOB =
      """
      name: kept
      seed: 1
      model: {input: [2], layers: [{dense: {units: 1}}]}
      loss: mean_squared_error
      optimizer: {sgd: {learning_rate: 0.1}}
      data: {batch_size: 2, train: {random: {shape: [2], samples: 4, target: [1]}}}
      steps: 10
      mesh: {shards: 1, model: 1, threads: 1, isa: avx2}
      """;

  @TempDir Path directory;

  private final ByHand storage = new ByHand();
  private final ByHand readBack = new ByHand();
  private final List<String> told = new ArrayList<>();
  private final List<LeaderEvent> inbox = new ArrayList<>();
  private boolean left;
  private RunRecovery recovery;
  private Upkeep upkeep;

  /** A thread whose work is done when the test says so. */
  private static final class ByHand extends AbstractExecutorService {
    private final Queue<Runnable> work = new ArrayDeque<>();
    private boolean atOnce;
    private boolean closed;

    @Override
    public void execute(Runnable task) {
      if (closed) {
        throw new RejectedExecutionException("closed");
      }
      if (atOnce) {
        task.run();
      } else {
        work.add(task);
      }
    }

    void workOff() {
      while (!work.isEmpty()) {
        work.remove().run();
      }
    }

    @Override
    public void shutdown() {
      closed = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isShutdown() {
      return closed;
    }

    @Override
    public boolean isTerminated() {
      return closed && work.isEmpty();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return isTerminated();
    }
  }

  /** Notes what it is told. */
  private final class Noted<T> implements Upkeep.Asker<T> {
    @Override
    public boolean hasLeft() {
      return left;
    }

    @Override
    public void done(T answer) {
      told.add("done " + answer);
    }

    @Override
    public void refused(Refused why) {
      told.add(why.why() + ": " + why.reason());
    }
  }

  @BeforeEach
  void lead() throws Exception {
    Job job = JobFile.read(Files.writeString(directory.resolve("job.yaml"), JOB));
    ObjectStore store = new FaultyStore(1, Clock.systemUTC()).connect("leader").store();
    Tenure tenure = ((ClaimOutcome.Won) store.claim(0)).tenure();
    CheckpointDirectory run = new CheckpointDirectory(store);
    CheckpointKeeper keeper = CheckpointKeeper.open(run, tenure, Clock.systemUTC());
    recovery = new RunRecovery(run, keeper, tenure, new SliceChecksums(store, job));
    upkeep =
        new Upkeep(
            keeper,
            recovery,
            new RunCommits(job, keeper, recovery),
            Set::of,
            inbox::add,
            storage,
            readBack);
  }

  private void begin() {
    assertThat(recovery.find(1)).isInstanceOf(FindDone.class);
  }

  @Test
  void nothingIsTouchedBeforeItIsKnownFromWhereTheRunGoesOn() {
    upkeep.prune(new Noted<>());
    upkeep.repair(List.of(UNKNOWN), new Noted<>());
    storage.workOff();
    assertThat(told).hasSize(2).allMatch(line -> line.startsWith(Why.UNAVAILABLE.name()));
    assertThat(readBack.work).isEmpty();
    begin();
    upkeep.prune(new Noted<>());
    storage.workOff();
    assertThat(told).last().asString().startsWith("done");
  }

  @Test
  void aPlaceIsFreeAgainOnceARequestIsAnswered() {
    begin();
    for (int i = 0; i < Upkeep.MAX_REQUESTS; i++) {
      upkeep.prune(new Noted<>());
    }
    assertThat(told).isEmpty();
    upkeep.repair(List.of(), new Noted<>());
    assertThat(told).singleElement().asString().startsWith(Why.TOO_MANY.name());
    storage.workOff();
    upkeep.repair(List.of(), new Noted<>());
    storage.workOff();
    assertThat(told).hasSize(Upkeep.MAX_REQUESTS + 2).last().asString().startsWith("done");
  }

  @Test
  void whatIsNotThereAnyMoreIsLeftOutOfTheAnswer() {
    begin();
    storage.atOnce = true;
    upkeep.repair(List.of(UNKNOWN), new Noted<>());
    readBack.workOff();
    assertThat(told).containsExactly("done []");
  }

  @Test
  void aRepairEndsWithItsCallerOrItsCoordinator() {
    begin();
    upkeep.repair(List.of(UNKNOWN), new Noted<>());
    left = true;
    storage.workOff();
    assertThat(readBack.work).isEmpty();
    left = false;
    upkeep.repair(List.of(UNKNOWN), new Noted<>());
    readBack.shutdown();
    storage.workOff();
    storage.shutdown();
    upkeep.prune(new Noted<>());
    assertThat(told).hasSize(3).allMatch(line -> line.startsWith(Why.UNAVAILABLE.name()));
  }
}
