package io.holdfast.worker.runtime;

import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage.Cause;
import io.holdfast.storage.UnreadableFileException;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.worker.exchange.ExchangeNode;
import io.holdfast.worker.protocol.WorkerEffect;
import io.holdfast.worker.protocol.WorkerEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that makes states: loads them, computes steps and evaluations, in the order it was
 * told; what is to be written goes to the writer at once. Each effect is answered by one event.
 */
final class Computation {
  private static final Logger LOG = LoggerFactory.getLogger(Computation.class);

  /** Effects that may wait; the machine asks for a few at a time. */
  private static final int QUEUE_EFFECTS = 64;

  /** Frames of the compute thread that are shown when it makes no progress. */
  private static final int PLACE_FRAMES = 6;

  private static final Duration PLACE_DEADLINE = Duration.ofSeconds(1);

  /** Makes a computation that answers to an inbox. */
  interface Factory {
    Computation create(Consumer<WorkerEvent> inbox);
  }

  private final Consumer<WorkerEvent> inbox;
  private final BlockingQueue<WorkerEffect> queue = new ArrayBlockingQueue<>(QUEUE_EFFECTS);
  private final ShardFileWriter writer;
  private final ProgressWatch computing = new ProgressWatch();
  private final ProgressWatch writing = new ProgressWatch();
  private final Cancellation cancellation = new Cancellation(computing);
  private final ExchangeNode exchange;
  private final int cores;
  private final Thread thread;
  private volatile Trainer trainer;

  /**
   * @param exchange where other members of a round are met
   * @param cores for the kernels of this process
   */
  Computation(Consumer<WorkerEvent> inbox, ExchangeNode exchange, int cores) {
    this.inbox = inbox;
    this.exchange = exchange;
    this.cores = cores;
    this.writer = new ShardFileWriter(inbox, writing);
    this.thread = new Thread(this::run, "compute");
    thread.setDaemon(true);
    thread.start();
  }

  /** Starts an effect; returns at once. */
  void carryOut(WorkerEffect effect) {
    if (effect instanceof WorkerEffect.AbandonWork abandon) {
      cancellation.upTo(abandon.generation());
      exchange.leave(abandon.generation());
    } else if (effect instanceof WorkerEffect.AbandonWrite abandon) {
      writer.abandon(abandon.prefix());
    } else if (effect instanceof WorkerEffect.WriteShards write) {
      write(write);
    } else if (!queue.offer(effect)) {
      throw new IllegalStateException(
          "the compute thread is asked for more than " + QUEUE_EFFECTS + " things at once");
    }
  }

  /**
   * Why this worker is of no use to its round any more: a piece of its work takes longer than the
   * job allows. Safe from any thread.
   */
  Optional<String> stuck() {
    long now = System.nanoTime();
    Optional<String> writer =
        writing.overdue(now).map(limit -> noProgress(limit, "writing a shard file"));
    return writer.or(() -> computing.overdue(now).map(limit -> noProgress(limit, place())));
  }

  private static String noProgress(Duration limit, String where) {
    return "no progress for more than %d s (cluster.progress_timeout_secs): %s"
        .formatted(limit.toSeconds(), where);
  }

  /** Where the compute thread is, for people. Asked on a thread of its own: a JVM may hang too. */
  private String place() {
    CompletableFuture<String> frames = CompletableFuture.supplyAsync(this::frames);
    try {
      return frames.get(PLACE_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted while asking where";
    } catch (ExecutionException | TimeoutException e) {
      return "its thread does not say where";
    }
  }

  private String frames() {
    return Arrays.stream(thread.getStackTrace())
        .limit(PLACE_FRAMES)
        .map(Computation::shortly)
        .collect(Collectors.joining(" < "));
  }

  private static String shortly(StackTraceElement frame) {
    String type = frame.getClassName();
    return type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethodName();
  }

  private void run() {
    while (true) {
      try {
        carryOutNow(queue.take());
        computing.rest();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void carryOutNow(WorkerEffect effect) {
    if (effect instanceof WorkerEffect.Prepare prepare) {
      prepare(prepare);
    } else if (effect instanceof WorkerEffect.Load load) {
      load(load);
    } else if (effect instanceof WorkerEffect.Compute compute) {
      compute(compute);
    } else if (effect instanceof WorkerEffect.EvaluateState evaluate) {
      evaluate(evaluate);
    } else {
      throw new IllegalStateException("not an effect for the compute thread: " + effect);
    }
  }

  private void write(WorkerEffect.WriteShards write) {
    Trainer holder = trainer;
    writer.write(
        write,
        holder.slices(),
        holder.store(),
        holder.frozenFiles(),
        holder.states().snapshot(write.step()));
  }

  private void prepare(WorkerEffect.Prepare prepare) {
    try {
      trainer = Trainer.prepare(prepare.run(), prepare.job(), exchange, cores);
      computing.limit(trainer.progressTimeout());
      writing.limit(trainer.progressTimeout());
      inbox.accept(
          new WorkerEvent.JobPrepared(
              prepare.job(),
              trainer.probeDigest(),
              trainer.trainSamples(),
              trainer.validationSamples(),
              trainer.slices().groups().size()));
    } catch (BadInputException e) {
      inbox.accept(new WorkerEvent.JobFailed(prepare.job(), Cause.BAD_INPUT, e.getMessage()));
    } catch (UnreadableFileException e) {
      inbox.accept(new WorkerEvent.JobFailed(prepare.job(), Cause.UNREADABLE, e.getMessage()));
    } catch (IOException e) {
      inbox.accept(new WorkerEvent.JobFailed(prepare.job(), Cause.UNREADABLE, e.toString()));
    } catch (RuntimeException | LinkageError e) {
      LOG.error("Preparing the job failed", e);
      inbox.accept(new WorkerEvent.JobFailed(prepare.job(), Cause.BUG, e.toString()));
    }
  }

  private void load(WorkerEffect.Load load) {
    try {
      Trainer.Proof proof =
          trainer.load(
              load,
              (generation, workerId, reason) ->
                  inbox.accept(new WorkerEvent.PeerLost(generation, workerId, reason)),
              cancellation.of(load.generation()));
      inbox.accept(
          new WorkerEvent.Loaded(
              load.generation(), load.round().step(), proof.values(), proof.slots()));
    } catch (DamagedCheckpointException e) {
      inbox.accept(
          new WorkerEvent.LoadFailed(load.generation(), Cause.DAMAGED_CHECKPOINT, e.getMessage()));
    } catch (IOException e) {
      inbox.accept(new WorkerEvent.LoadFailed(load.generation(), Cause.UNREADABLE, e.toString()));
    } catch (CancelledException e) {
      LOG.info("Loading for {} was dropped", load.generation());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("Loading failed", e);
      inbox.accept(new WorkerEvent.LoadFailed(load.generation(), Cause.BUG, e.toString()));
    }
  }

  private void compute(WorkerEffect.Compute compute) {
    Generation generation = compute.generation();
    attempt(
        generation,
        () -> {
          long start = System.nanoTime();
          Trainer.StepResult result = trainer.compute(compute.step(), cancellation.of(generation));
          return new WorkerEvent.StepComputed(
              generation,
              compute.step(),
              result.sums(),
              System.nanoTime() - start,
              result.waitNanos(),
              result.sentBytes());
        });
  }

  private void evaluate(WorkerEffect.EvaluateState evaluate) {
    Generation generation = evaluate.generation();
    attempt(
        generation,
        () ->
            new WorkerEvent.EvaluationComputed(
                generation, evaluate.step(), trainer.evaluate(cancellation.of(generation))));
  }

  private interface Work {
    WorkerEvent result() throws InterruptedException;
  }

  private void attempt(Generation generation, Work work) {
    try {
      inbox.accept(work.result());
    } catch (CancelledException e) {
      LOG.info("Work of {} was dropped", generation);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("A step failed", e);
      inbox.accept(new WorkerEvent.ComputeFailed(generation, Cause.BUG, e.toString()));
    }
  }
}
