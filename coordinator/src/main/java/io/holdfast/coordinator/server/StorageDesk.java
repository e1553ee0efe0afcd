package io.holdfast.coordinator.server;

import io.holdfast.coordinator.protocol.ExitCode;
import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.job.Job;
import io.holdfast.storage.checkpoint.AttemptState;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.CheckpointKeeper;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.VerificationReport;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the leader's effects on storage are carried out, in their order, on one thread; each answer
 * goes to the inbox. Reading back takes long and changes nothing, so it has a thread of its own,
 * and comes to this one only with its result.
 */
final class StorageDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StorageDesk.class);

  /** Effects that may wait; a leader never has so many unanswered. */
  private static final int QUEUE_EFFECTS = 1024;

  private static final long CLOSE_DEADLINE_SECONDS = 60;

  /**
   * Retention looks at every file of the run; it is asked for after each save, and need not be
   * applied more often than this.
   */
  private static final Duration RETENTION_PAUSE = Duration.ofSeconds(5);

  private final CheckpointDirectory directory;
  private final RunRecovery recovery;
  private final RunCommits commits;
  private final CheckpointKeeper keeper;
  private final Consumer<LeaderEvent> inbox;
  private final ThreadPoolExecutor storage = thread("storage");
  private final ThreadPoolExecutor readBack = thread("read-back");
  private final Upkeep upkeep;

  /** For the storage thread alone. */
  private OptionalLong retainedNanos = OptionalLong.empty();

  /**
   * @param inUse prefixes that members may be loading
   * @param inbox where answers go; may block
   */
  StorageDesk(
      ObjectStore store,
      Tenure tenure,
      Job job,
      Supplier<Set<String>> inUse,
      Consumer<LeaderEvent> inbox)
      throws IOException {
    this.directory = new CheckpointDirectory(store);
    this.keeper = CheckpointKeeper.open(directory, tenure, Clock.systemUTC());
    this.recovery = new RunRecovery(directory, keeper, tenure, new SliceChecksums(store, job));
    this.commits = new RunCommits(job, keeper, recovery);
    this.inbox = inbox;
    this.upkeep = new Upkeep(keeper, recovery, commits, inUse, inbox, storage, readBack);
  }

  /** What operators may ask for. */
  Upkeep upkeep() {
    return upkeep;
  }

  /** Starts an effect; returns at once. */
  void carryOut(LeaderEffect effect) {
    if (effect instanceof LeaderEffect.Verify verify) {
      readBack.execute(() -> readBack(verify));
    } else {
      storage.execute(() -> carryOutNow(effect));
    }
  }

  /**
   * The run is over: waits for what was begun, and removes what a run that goes on would keep a
   * while for readers.
   */
  void finish(LeaderEffect.Finish finish) throws InterruptedException {
    if (finish.exitCode() == ExitCode.DONE) {
      storage.execute(commits::retainFinally);
    }
    close();
  }

  @Override
  public void close() throws InterruptedException {
    for (ThreadPoolExecutor thread : new ThreadPoolExecutor[] {readBack, storage}) {
      thread.shutdown();
      if (!thread.awaitTermination(CLOSE_DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("Storage does not answer; leaving without waiting any longer");
        thread.shutdownNow();
      }
    }
    try {
      keeper.close();
    } catch (IOException e) {
      LOG.warn("The journal did not close: {}", e.toString());
    }
  }

  private void carryOutNow(LeaderEffect effect) {
    if (effect instanceof LeaderEffect.FindNewestGood find) {
      inbox.accept(recovery.find(find.request()));
      commits.bytesStored().ifPresent(inbox);
    } else if (effect instanceof LeaderEffect.Commit commit) {
      inbox.accept(new LeaderEvent.CommitDone(commit.prefix(), commits.commit(commit)));
      commits.bytesStored().ifPresent(inbox);
    } else if (effect instanceof LeaderEffect.RecordAttempt attempt) {
      record(attempt);
    } else if (effect instanceof LeaderEffect.Discard discard) {
      commits.discard(discard.prefix());
    } else if (effect instanceof LeaderEffect.Retain retain) {
      retain(retain.inUse());
    } else {
      throw new IllegalStateException("not an effect for storage: " + effect);
    }
  }

  /**
   * A budget's count must be right at once; otherwise the retention after the next save will do.
   */
  private void retain(Set<String> inUse) {
    long now = System.nanoTime();
    boolean again =
        retainedNanos.isPresent()
            && now - retainedNanos.getAsLong() < RETENTION_PAUSE.toNanos()
            && !commits.hasBudget();
    if (again) {
      return;
    }
    commits.retain(inUse);
    commits.bytesStored().ifPresent(inbox);
    retainedNanos = OptionalLong.of(System.nanoTime());
  }

  private void record(LeaderEffect.RecordAttempt attempt) {
    AttemptState state = AttemptState.valueOf(attempt.state().name());
    // The keeper writes these down itself, when they are true.
    boolean keepers =
        state == AttemptState.COMMITTED
            || state == AttemptState.VERIFIED
            || state == AttemptState.QUARANTINED;
    if (!keepers) {
      keeper.note(RunCommits.prefix(attempt.prefix()), state, attempt.reason());
    }
  }

  private void readBack(LeaderEffect.Verify verify) {
    Prefix prefix = RunCommits.prefix(verify.prefix());
    try {
      VerificationReport report = directory.verify(prefix);
      commits.writeParity(report);
      storage.execute(
          () -> inbox.accept(new LeaderEvent.VerifyDone(verify.prefix(), commits.accept(report))));
    } catch (IOException e) {
      inbox.accept(
          new LeaderEvent.VerifyDone(
              verify.prefix(), new LeaderEvent.VerifyOutcome.Unreadable(e.toString())));
    }
  }

  private static ThreadPoolExecutor thread(String name) {
    return new ThreadPoolExecutor(
        1,
        1,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(QUEUE_EFFECTS),
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          // Where workers' kernels want all cores, saving takes what they leave.
          thread.setPriority(Thread.MIN_PRIORITY);
          return thread;
        });
  }
}
