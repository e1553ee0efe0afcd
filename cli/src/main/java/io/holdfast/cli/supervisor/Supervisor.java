package io.holdfast.cli.supervisor;

import io.holdfast.coordinator.protocol.ExitCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Keeps one coordinator and its workers running until the coordinator has finished. All decisions
 * are taken on one thread.
 *
 * <p>The coordinator's exit code ends the run if it is an outcome (done, bad input, damage,
 * unreachable); a drained worker is not replaced; any other death of a child is answered as {@link
 * RestartPolicy} says.
 */
public final class Supervisor {

  /** What ran for so long had been started well. */
  private static final Duration STEADY = Duration.ofSeconds(60);

  /** How long workers may take to leave once the coordinator has finished. */
  private static final Duration WORKERS_LEAVE = Duration.ofSeconds(2);

  /** How long the coordinator may take to save and leave when the run is asked to stop. */
  private static final Duration COORDINATOR_LEAVES = Duration.ofSeconds(60);

  private final Slot coordinator;
  private final List<Slot> workers;
  private final LongSupplier progress;
  private final Consumer<String> tell;

  private final ScheduledExecutorService loop =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "supervisor");
            thread.setDaemon(true);
            return thread;
          });
  private final CompletableFuture<Integer> result = new CompletableFuture<>();
  private long lastProgress;
  private volatile boolean stopping;

  /**
   * @param progress a number that grows as the run gets further, such as its newest saved step
   * @param tell gets a line for people
   */
  public Supervisor(
      ChildSpec coordinator,
      List<ChildSpec> workers,
      LongSupplier progress,
      Consumer<String> tell) {
    this.coordinator = new Slot(coordinator, RestartPolicy.vital());
    this.workers = workers.stream().map(spec -> new Slot(spec, RestartPolicy.spare())).toList();
    this.progress = progress;
    this.tell = tell;
  }

  /**
   * Runs to the end.
   *
   * @return the run's exit code
   */
  public int run() throws InterruptedException {
    lastProgress = progress.getAsLong();
    loop.execute(this::startAll);
    try {
      return result.get();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException("the supervisor failed", e.getCause());
    } finally {
      stopping = true;
      endChildren(WORKERS_LEAVE);
    }
  }

  /**
   * Asks the coordinator to save and leave, waits until it has, and ends all children. For a
   * shutdown hook.
   */
  public void stop() throws InterruptedException {
    stopping = true;
    Child leader = coordinator.child;
    if (leader != null && leader.isAlive()) {
      tell.accept("stopping: the coordinator saves first");
      leader.terminate();
      awaitEnd(List.of(leader), COORDINATOR_LEAVES);
    }
    endChildren(WORKERS_LEAVE);
  }

  private void startAll() {
    start(coordinator);
    workers.forEach(this::start);
  }

  private void start(Slot slot) {
    if (stopping || result.isDone()) {
      return;
    }
    try {
      Child child =
          Child.start(slot.spec.place(), slot.spec.command().apply(Optional.ofNullable(slot.last)));
      slot.child = child;
      slot.startedNanos = System.nanoTime();
      child.onExit(death -> loop.execute(() -> guarded(() -> died(slot, child, death))));
    } catch (IOException e) {
      result.completeExceptionally(e);
    }
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  private void died(Slot slot, Child child, Death death) {
    if (stopping || slot.child != child || result.isDone()) {
      return;
    }
    slot.last = death;
    if (slot == coordinator && isOutcome(death)) {
      result.complete(((Death.Exited) death).code());
      return;
    }
    if (slot != coordinator && death.equals(new Death.Exited(0))) {
      slot.child = null;
      return;
    }
    if (isRefusal(slot, death)) {
      leaveOut(slot, death);
      return;
    }
    if (slot != coordinator && death.equals(new Death.Exited(ExitCode.DRAINED))) {
      slot.child = null;
      slot.drained = true;
      tell.accept("the " + slot.spec.name() + " (pid " + child.pid() + ") was drained");
      return;
    }
    noteProgress();
    if (System.nanoTime() - slot.startedNanos > STEADY.toNanos()) {
      slot.policy.lived();
    }
    RestartPolicy.Decision decision = slot.policy.died(death);
    if (decision instanceof RestartPolicy.Decision.GiveUp giveUp) {
      giveUp(slot, death, giveUp.deaths());
      return;
    }
    tell.accept(
        "the "
            + slot.spec.name()
            + " (pid "
            + child.pid()
            + ") "
            + death.describe()
            + "; starting another");
    Duration pause = ((RestartPolicy.Decision.Restart) decision).pause();
    var unused =
        loop.schedule(() -> guarded(() -> replace(slot)), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void replace(Slot slot) {
    start(slot);
    if (slot == coordinator) {
      workers.stream()
          .filter(worker -> worker.child == null && !worker.leftOut && !worker.drained)
          .forEach(this::start);
    }
  }

  /** A worker on another machine may be refused for what that machine is; others may not be. */
  private boolean isRefusal(Slot slot, Death death) {
    return slot != coordinator
        && slot.spec.place() == ChildSpec.Place.OVER_SSH
        && death.equals(new Death.Exited(EXIT_REFUSED));
  }

  private void leaveOut(Slot slot, Death death) {
    tell.accept("the " + slot.spec.name() + " " + death.describe() + "; goes on without it");
    slot.child = null;
    slot.leftOut = true;
    if (workers.stream().allMatch(worker -> worker.leftOut)) {
      tell.accept("no worker is left: giving up");
      endLeader();
      result.complete(EXIT_REFUSED);
    }
  }

  private void giveUp(Slot slot, Death death, int deaths) {
    tell.accept(
        "the "
            + slot.spec.name()
            + " "
            + death.describe()
            + ", for the "
            + deaths
            + "th time without progress: giving up");
    endLeader();
    result.complete(exitCode(death));
  }

  private static int exitCode(Death death) {
    if (death instanceof Death.Unreachable) {
      return EXIT_UNREACHABLE;
    }
    return death instanceof Death.Exited exited && exited.code() > 0 ? exited.code() : EXIT_BUG;
  }

  private void endLeader() {
    Child leader = coordinator.child;
    if (leader != null && leader.isAlive()) {
      leader.terminate();
    }
  }

  private static final int EXIT_BUG = 70;
  private static final int EXIT_REFUSED = 2;
  private static final int EXIT_UNREACHABLE = 4;

  private void noteProgress() {
    long now = progress.getAsLong();
    if (now > lastProgress) {
      lastProgress = now;
      coordinator.policy.progressed();
      workers.forEach(worker -> worker.policy.progressed());
    }
  }

  private static boolean isOutcome(Death death) {
    return death instanceof Death.Exited exited && OUTCOMES.contains(exited.code());
  }

  /** 75: another coordinator took the lead, with which one more of ours would only contend. */
  private static final List<Integer> OUTCOMES = List.of(0, 2, 3, 4, 75);

  private void endChildren(Duration patience) throws InterruptedException {
    List<Child> alive = new ArrayList<>();
    for (Slot slot : workers) {
      alive.add(slot.child);
    }
    alive.add(coordinator.child);
    alive.removeIf(child -> child == null || !child.isAlive());
    awaitEnd(alive, patience);
  }

  private static void awaitEnd(List<Child> children, Duration patience)
      throws InterruptedException {
    CountDownLatch left = new CountDownLatch(children.size());
    children.forEach(child -> child.onExit(death -> left.countDown()));
    if (!left.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      children.forEach(Child::kill);
    }
  }

  /** One child to keep running, with the process that runs now. */
  private static final class Slot {
    private final ChildSpec spec;
    private final RestartPolicy policy;
    private volatile Child child;
    private Death last;
    private boolean leftOut;
    private long startedNanos;

    /** It is not to come back. */
    private boolean drained;

    Slot(ChildSpec spec, RestartPolicy policy) {
      this.spec = spec;
      this.policy = policy;
    }
  }
}
