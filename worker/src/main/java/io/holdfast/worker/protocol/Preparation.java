package io.holdfast.worker.protocol;

import io.holdfast.protocol.CoordinatorMessage.Welcome;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage.Cause;
import io.holdfast.protocol.WorkerMessage.Failed;
import io.holdfast.protocol.WorkerMessage.Prepared;
import io.holdfast.worker.protocol.WorkerEvent.JobFailed;
import io.holdfast.worker.protocol.WorkerEvent.JobPrepared;
import io.holdfast.worker.protocol.WorkerState.PreparedJob;
import java.util.Optional;

/** Getting the job, its kernels and its data ready; once a process for the same job. */
final class Preparation {
  private Preparation() {}

  static void begin(WorkerTurn turn, Welcome welcome) {
    if (turn.prepared.isPresent() && turn.prepared.get().job().equals(welcome.job())) {
      tell(turn, turn.prepared.get());
      return;
    }
    turn.enter(WorkerPhase.PREPARING, "the job is loaded");
    turn.prepareFailures = 0;
    if (!turn.preparing.equals(Optional.of(welcome.job()))) {
      prepare(turn, welcome);
    }
  }

  private static void prepare(WorkerTurn turn, Welcome welcome) {
    turn.preparing = Optional.of(welcome.job());
    turn.prepareRetryAt = 0;
    turn.effect(new WorkerEffect.Prepare(welcome.run(), welcome.job()));
  }

  static void tick(WorkerTurn turn) {
    boolean idle = turn.phase == WorkerPhase.PREPARING && turn.preparing.isEmpty();
    if (idle && turn.now >= turn.prepareRetryAt) {
      turn.welcome.ifPresent(welcome -> prepare(turn, welcome));
    }
  }

  private static void tell(WorkerTurn turn, PreparedJob job) {
    turn.send(new Prepared(job.probeDigest(), job.trainSamples(), job.validationSamples()));
    turn.enter(WorkerPhase.SPARE, "ready to take part");
  }

  static void done(WorkerTurn turn, JobPrepared done) {
    if (!turn.preparing.equals(Optional.of(done.job()))) {
      return;
    }
    turn.preparing = Optional.empty();
    turn.prepareFailures = 0;
    PreparedJob job =
        new PreparedJob(
            done.job(),
            done.probeDigest(),
            done.trainSamples(),
            done.validationSamples(),
            done.groups());
    turn.prepared = Optional.of(job);
    if (turn.phase == WorkerPhase.PREPARING) {
      tell(turn, job);
    }
  }

  static void failed(WorkerTurn turn, JobFailed failed) {
    if (!turn.preparing.equals(Optional.of(failed.job()))) {
      return;
    }
    turn.preparing = Optional.empty();
    if (failed.cause() == Cause.UNREADABLE) {
      tryAgain(turn, failed);
      return;
    }
    turn.send(new Failed(Generation.NONE, failed.cause(), failed.reason()));
    int code =
        failed.cause() == Cause.BAD_INPUT ? WorkerSettings.EXIT_BAD_INPUT : WorkerSettings.EXIT_BUG;
    turn.exit(code, failed.reason());
  }

  /** The first failure of a row is told, so that an operator learns what is waited for. */
  private static void tryAgain(WorkerTurn turn, JobFailed failed) {
    if (turn.prepareFailures++ == 0) {
      turn.send(new Failed(Generation.NONE, failed.cause(), failed.reason()));
    }
    turn.prepareRetryAt = turn.now + WorkerSettings.connectPauseNanos(turn.prepareFailures);
  }
}
