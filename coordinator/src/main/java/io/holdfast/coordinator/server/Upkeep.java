package io.holdfast.coordinator.server;

import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.coordinator.protocol.OperatorAnswer.Refused;
import io.holdfast.coordinator.protocol.OperatorAnswer.Why;
import io.holdfast.storage.checkpoint.CheckpointKeeper;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.Repair;
import io.holdfast.storage.checkpoint.RepairReport;
import io.holdfast.storage.store.EffectOutcome;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What operators have the leader do to what it has stored, beside training: retention at once, and
 * repairs. All changes are made on the storage thread, so they come between two effects of the
 * leader and never into one.
 *
 * <p>A repair reads each checkpoint on the read-back thread, and only what is not sound goes to the
 * storage thread, for which the other waits: so commits wait for no reading of what is whole, and
 * nothing is read back, nor given its parity file, while it is being mended.
 */
final class Upkeep {

  /** Requests that may be under way; each has one piece of work in the queues at a time. */
  static final int MAX_REQUESTS = 16;

  private static final Refused LEAVES = new Refused(Why.UNAVAILABLE, "the coordinator leaves");
  private static final Refused NOT_BEGUN =
      new Refused(Why.UNAVAILABLE, "the coordinator has not found yet from where the run goes on");

  /** Who asked for something; answered once, from any thread. */
  interface Asker<T> {
    /** Whether nobody waits for the answer any more. */
    boolean hasLeft();

    void done(T answer);

    void refused(Refused why);
  }

  private final CheckpointKeeper keeper;
  private final RunRecovery recovery;
  private final RunCommits commits;
  private final Supplier<Set<String>> inUse;
  private final Consumer<LeaderEvent> inbox;
  private final ExecutorService storage;
  private final Executor readBack;
  private final Semaphore room = new Semaphore(MAX_REQUESTS);

  /**
   * @param inUse prefixes that members may be loading
   * @param inbox of the leader
   */
  Upkeep(
      CheckpointKeeper keeper,
      RunRecovery recovery,
      RunCommits commits,
      Supplier<Set<String>> inUse,
      Consumer<LeaderEvent> inbox,
      ExecutorService storage,
      Executor readBack) {
    this.keeper = keeper;
    this.recovery = recovery;
    this.commits = commits;
    this.inUse = inUse;
    this.inbox = inbox;
    this.storage = storage;
    this.readBack = readBack;
  }

  /** Applies the job's retention; answers when what was to go is gone. */
  void prune(Asker<RunCommits.Pruned> asker) {
    admit(asker).ifPresent(admitted -> hand(storage, () -> pruneNow(admitted), admitted));
  }

  private void pruneNow(Asker<RunCommits.Pruned> asker) {
    if (!recovery.hasBegun()) {
      asker.refused(NOT_BEGUN);
      return;
    }
    try {
      RunCommits.Pruned pruned = commits.prune(inUse.get());
      commits.bytesStored().ifPresent(inbox);
      Optional<Refused> failure = failure("not all could be deleted", pruned.outcome());
      failure.ifPresentOrElse(asker::refused, () -> asker.done(pruned));
    } catch (IOException e) {
      asker.refused(new Refused(Why.FAILED, "cannot be read: " + e.getMessage()));
    }
  }

  /**
   * Mends checkpoints, and rebuilds the file {@code checkpoint}; answers when all are dealt with.
   * Those that are not there any more are left out of the answer.
   */
  void repair(List<Prefix> wanted, Asker<List<RepairReport>> asker) {
    admit(asker)
        .ifPresent(
            admitted -> {
              Repairs repairs = new Repairs(wanted, admitted);
              hand(storage, repairs::begin, admitted);
            });
  }

  private <T> Optional<Asker<T>> admit(Asker<T> asker) {
    if (!room.tryAcquire()) {
      asker.refused(new Refused(Why.TOO_MANY, MAX_REQUESTS + " requests are under way already"));
      return Optional.empty();
    }
    return Optional.of(new Admitted<>(asker));
  }

  private static void hand(Executor thread, Runnable work, Asker<?> asker) {
    try {
      thread.execute(work);
    } catch (RejectedExecutionException closed) {
      asker.refused(LEAVES);
    }
  }

  private static Optional<Refused> failure(String what, EffectOutcome outcome) {
    if (outcome.isSettled()) {
      return Optional.empty();
    }
    Why why = outcome.isFenced() ? Why.UNAVAILABLE : Why.FAILED;
    return Optional.of(new Refused(why, what + ": " + outcome.status() + " " + outcome.reason()));
  }

  /** Gives its place free with the answer. */
  private final class Admitted<T> implements Asker<T> {
    private final Asker<T> asker;
    private final AtomicBoolean answered = new AtomicBoolean();

    Admitted(Asker<T> asker) {
      this.asker = asker;
    }

    @Override
    public boolean hasLeft() {
      return asker.hasLeft();
    }

    @Override
    public void done(T answer) {
      free();
      asker.done(answer);
    }

    @Override
    public void refused(Refused why) {
      free();
      asker.refused(why);
    }

    private void free() {
      if (!answered.compareAndSet(false, true)) {
        throw new IllegalStateException("answered twice");
      }
      room.release();
    }
  }

  /** One request: a checkpoint at a time, so that the leader's own work comes between. */
  private final class Repairs {
    private final Queue<Prefix> left;
    private final List<RepairReport> reports = new ArrayList<>();
    private final Asker<List<RepairReport>> asker;

    Repairs(List<Prefix> wanted, Asker<List<RepairReport>> asker) {
      this.left = new ArrayDeque<>(wanted);
      this.asker = asker;
    }

    /** On the storage thread. */
    void begin() {
      if (recovery.hasBegun()) {
        goOn();
      } else {
        asker.refused(NOT_BEGUN);
      }
    }

    private void goOn() {
      if (asker.hasLeft()) {
        asker.refused(new Refused(Why.UNAVAILABLE, "nobody waits any more"));
      } else if (left.isEmpty()) {
        hand(storage, this::end, asker);
      } else {
        hand(readBack, this::one, asker);
      }
    }

    /** On the read-back thread. */
    private void one() {
      Prefix prefix = left.remove();
      try {
        if (Repair.isSound(keeper.directory(), prefix, commits.wantsParity())) {
          reports.add(RepairReport.nothingToDo(prefix));
        } else {
          onStorage(() -> mended(prefix)).ifPresent(reports::add);
        }
        goOn();
      } catch (Repair.UnfinishedException e) {
        refuse(e.isFenced() ? Why.UNAVAILABLE : Why.FAILED, prefix, e);
      } catch (IOException e) {
        refuse(Why.FAILED, prefix, e);
      }
    }

    private void refuse(Why why, Prefix prefix, IOException failure) {
      asker.refused(new Refused(why, prefix + " is not repaired: " + failure.getMessage()));
    }

    /** On the storage thread; nothing if retention has removed it since it was asked for. */
    private Optional<RepairReport> mended(Prefix prefix) throws IOException {
      boolean there =
          keeper.directory().list().find(prefix).isPresent()
              || keeper.directory().lostIndexes().contains(prefix);
      return there ? Optional.of(keeper.repair(prefix, commits.wantsParity())) : Optional.empty();
    }

    private void end() {
      failure("the run could not be put in order", keeper.settle())
          .ifPresentOrElse(asker::refused, () -> asker.done(List.copyOf(reports)));
    }

    private <T> T onStorage(Callable<T> work) throws IOException {
      try {
        return storage.submit(work).get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException failure) {
          throw failure;
        }
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(LEAVES.reason(), e);
      } catch (RejectedExecutionException e) {
        throw new IOException(LEAVES.reason(), e);
      }
    }
  }
}
