package io.holdfast.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.CoordinatorMessage.Restore;
import io.holdfast.protocol.CoordinatorMessage.RunStep;
import io.holdfast.protocol.CoordinatorMessage.Save;
import io.holdfast.protocol.CoordinatorMessage.ShardOrder;
import io.holdfast.protocol.CoordinatorMessage.Welcome;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage;
import io.holdfast.protocol.WorkerMessage.Cause;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerMachineTest {
  private static final Generation FIRST = new Generation(3, 1);
  private static final Generation SECOND = new Generation(3, 2);
  private static final WorkerSettings SETTINGS =
      new WorkerSettings(
          "1", "w1", "host", 7, "host:9", 11, List.of("a", "b"), Duration.ofSeconds(30));
  private WorkerState state = WorkerState.initial(SETTINGS);
  private long now = 1;

  private List<WorkerEffect> on(WorkerEvent event) {
    WorkerTransition transition = WorkerMachine.apply(state, now, event);
    state = transition.state();
    return transition.effects();
  }

  private List<WorkerEffect> hear(CoordinatorMessage message) {
    return on(new WorkerEvent.Received(state.link().number(), message));
  }

  private List<WorkerEffect> pass(Duration time) {
    now += time.toNanos();
    return on(new WorkerEvent.Tick());
  }

  private static WorkerEffect say(WorkerMessage message) {
    return new WorkerEffect.Send(1, message);
  }

  private void join() {
    on(new WorkerEvent.Started());
    on(new WorkerEvent.Connected(1));
    hear(new Welcome(3, "run", "{}", 500, 3000));
    on(new WorkerEvent.JobPrepared("{}", "probe", 10, 5, 2));
  }

  private static Restore restore(Generation generation, long step) {
    return new Restore(
        generation,
        List.of(
            new Member("w1", List.of(0), "host:9", 11), new Member("w2", List.of(1), "b:9", 12)),
        List.of("w2", "w1"),
        "ckpt-t2r1-" + step,
        step);
  }

  /** A member of the first round that holds step 4. */
  private void hold() {
    join();
    hear(restore(FIRST, 4));
    on(new WorkerEvent.Loaded(FIRST, 4, List.of(1, 2), List.of(3)));
  }

  private static final List<ShardOrder> FILES =
      List.of(new ShardOrder(1, false, List.of(1)), new ShardOrder(2, true, List.of()));

  private static Save save(String prefix, long step, boolean must) {
    return new Save(FIRST, prefix, step, FILES, 3, "v", must);
  }

  private static WorkerEvent written(String prefix) {
    return new WorkerEvent.ShardFilesWritten(
        prefix,
        List.of(
            new WorkerEvent.ShardFile(1, 8, List.of()),
            new WorkerEvent.ShardFile(2, 9, List.of())));
  }

  @Test
  void joinsPreparesAndRestoresWhatItOwns() {
    assertThat(on(new WorkerEvent.Started())).containsExactly(new WorkerEffect.Connect(1, "a"));
    assertThat(on(new WorkerEvent.Connected(1)))
        .containsExactly(say(new WorkerMessage.Hello("1", "w1", "host", 7, "host:9", 11)));
    assertThat(hear(new Welcome(3, "run", "{}", 500, 3000)))
        .containsExactly(new WorkerEffect.Prepare("run", "{}"));
    assertThat(on(new WorkerEvent.JobPrepared("{}", "probe", 10, 5, 2)))
        .containsExactly(say(new WorkerMessage.Prepared("probe", 10, 5)));
    assertThat(hear(restore(FIRST, 4)))
        .containsExactly(new WorkerEffect.Load("w1", restore(FIRST, 4), 500, 3000));
    assertThat(on(new WorkerEvent.Loaded(FIRST, 4, List.of(1, 2), List.of(3))))
        .containsExactly(say(new WorkerMessage.Restored(FIRST, 4, List.of(1, 2), List.of(3))));
  }

  @Test
  void computesOnlyTheNextStepOfItsOwnGeneration() {
    hold();
    assertThat(hear(new RunStep(SECOND, 5))).isEmpty();
    assertThat(hear(new RunStep(FIRST, 6))).isEmpty();
    assertThat(hear(new RunStep(FIRST, 4))).isEmpty();
    assertThat(hear(new RunStep(FIRST, 5))).containsExactly(new WorkerEffect.Compute(FIRST, 5));
    assertThat(hear(new RunStep(FIRST, 5))).as("only once").isEmpty();
    assertThat(on(new WorkerEvent.StepComputed(FIRST, 5, List.of(), 9, 2, 100)))
        .containsExactly(say(new WorkerMessage.StepDone(FIRST, 5, List.of(), 9, 2, 100)));
  }

  @Test
  void aGrantedStepBeginsWhenTheOneBeforeEndsWithoutAWordOfTheCoordinator() {
    hold();
    hear(new RunStep(FIRST, 5));
    assertThat(hear(new RunStep(FIRST, 7))).as("not the next").isEmpty();
    assertThat(hear(new RunStep(FIRST, 6))).containsExactly(new WorkerEffect.Compute(FIRST, 6));
    assertThat(hear(new RunStep(FIRST, 7))).as("more than is ever granted").isEmpty();
    assertThat(hear(new CoordinatorMessage.Evaluate(FIRST, 4))).as("not held").isEmpty();
    on(new WorkerEvent.StepComputed(FIRST, 5, List.of(), 9, 2, 100));
    assertThat(state.phase()).isEqualTo(WorkerPhase.COMPUTING);
    assertThat(hear(new RunStep(FIRST, 7))).containsExactly(new WorkerEffect.Compute(FIRST, 7));
    on(new WorkerEvent.StepComputed(FIRST, 6, List.of(), 9, 2, 100));
    on(new WorkerEvent.StepComputed(FIRST, 7, List.of(), 9, 2, 100));
    assertThat(state.phase()).isEqualTo(WorkerPhase.READY);
  }

  @Test
  void aNewRoundDropsWorkAtOnceAndLateResultsChangeNothing() {
    hold();
    hear(new RunStep(FIRST, 5));
    assertThat(hear(restore(SECOND, 2)))
        .containsExactly(
            new WorkerEffect.AbandonWork(FIRST),
            new WorkerEffect.Load("w1", restore(SECOND, 2), 500, 3000));
    assertThat(on(new WorkerEvent.StepComputed(FIRST, 5, List.of(), 9, 2, 100))).isEmpty();
    assertThat(on(new WorkerEvent.Loaded(FIRST, 4, List.of(1, 2), List.of(3)))).isEmpty();
    assertThat(hear(restore(FIRST, 4))).as("an old round").isEmpty();
  }

  @Test
  void buffersAreHandedOverBeforeTheNextStep() {
    hold();
    assertThat(hear(save("p", 4, false)))
        .containsExactly(
            new WorkerEffect.WriteShards("p", 4, FILES, 3, "v"),
            say(new WorkerMessage.SnapshotTaken(FIRST, "p")));
    assertThat(hear(new RunStep(FIRST, 5))).containsExactly(new WorkerEffect.Compute(FIRST, 5));
  }

  @Test
  void slicesOfOthersAreNotWritten() {
    hold();
    Save others =
        new Save(FIRST, "p", 4, List.of(new ShardOrder(1, false, List.of(0, 1))), 2, "", false);
    assertThat(hear(others))
        .containsExactly(
            say(
                new WorkerMessage.SnapshotRefused(
                    FIRST, "p", "it is asked for slices that this worker does not own")));
  }

  @Test
  void theStateBeforeTheNewestIsHandedOverUntilTheStepAfterTheNextIsAllowed() {
    hold();
    hear(new RunStep(FIRST, 5));
    hear(new RunStep(FIRST, 6));
    on(new WorkerEvent.StepComputed(FIRST, 5, List.of(), 9, 2, 100));
    on(new WorkerEvent.StepComputed(FIRST, 6, List.of(), 9, 2, 100));
    assertThat(hear(save("p", 5, false)))
        .containsExactly(
            new WorkerEffect.WriteShards("p", 5, FILES, 3, "v"),
            say(new WorkerMessage.SnapshotTaken(FIRST, "p")));
    on(written("p"));
    hear(new RunStep(FIRST, 7));
    assertThat(hear(save("q", 5, false)))
        .containsExactly(
            say(new WorkerMessage.SnapshotRefused(FIRST, "q", "the state of step 5 is not held")));
    assertThat(hear(save("r", 3, false)))
        .as("before the round began")
        .hasSize(1)
        .doesNotContain(say(new WorkerMessage.SnapshotTaken(FIRST, "r")));
  }

  @Test
  void noComputationWaitsForBuffersOfASaveInPassing() {
    hold();
    hear(save("p", 4, false));
    hear(new RunStep(FIRST, 5));
    hear(new RunStep(FIRST, 6));
    on(new WorkerEvent.StepComputed(FIRST, 5, List.of(), 9, 2, 100));
    assertThat(hear(save("q", 5, true)))
        .containsExactly(
            say(new WorkerMessage.SnapshotRefused(FIRST, "q", "p is still being written")));
  }

  @Test
  void withoutFreeBuffersASaveIsRefusedOrTheNextStepWaits() {
    hold();
    hear(save("p", 4, false));
    hear(new RunStep(FIRST, 5));
    on(new WorkerEvent.StepComputed(FIRST, 5, List.of(), 9, 2, 100));
    assertThat(hear(save("q", 5, false)))
        .containsExactly(
            say(new WorkerMessage.SnapshotRefused(FIRST, "q", "p is still being written")));
    assertThat(hear(save("r", 5, true))).isEmpty();
    assertThat(hear(new RunStep(FIRST, 6))).isEmpty();
    assertThat(state.phase()).isEqualTo(WorkerPhase.WAITING_FOR_BUFFERS);
    assertThat(on(written("p")))
        .containsExactly(
            say(new WorkerMessage.ShardWritten("p", 1, 8, List.of())),
            say(new WorkerMessage.ShardWritten("p", 2, 9, List.of())),
            new WorkerEffect.WriteShards("r", 5, FILES, 3, "v"),
            say(new WorkerMessage.SnapshotTaken(FIRST, "r")),
            new WorkerEffect.Compute(FIRST, 6));
  }

  @Test
  void aSaveThatWaitsIsRefusedWhenItsRoundEnds() {
    hold();
    hear(save("p", 4, false));
    hear(save("r", 4, true));
    assertThat(hear(restore(SECOND, 2)))
        .startsWith(
            say(
                new WorkerMessage.SnapshotRefused(
                    FIRST, "r", "a new round began before buffers were free")));
  }

  @Test
  void aSaveOfAnotherStateIsRefused() {
    hold();
    assertThat(hear(save("p", 5, true)))
        .containsExactly(
            say(new WorkerMessage.SnapshotRefused(FIRST, "p", "the state of step 5 is not held")));
  }

  @Test
  void aLostCoordinatorIsLookedForAtTheNextAddressAndOlderTermsAreLeft() {
    hold();
    hear(save("p", 4, false));
    assertThat(on(new WorkerEvent.Disconnected(1, "reset")))
        .containsExactly(new WorkerEffect.AbandonWork(FIRST), new WorkerEffect.AbandonWrite("p"));
    assertThat(on(new WorkerEvent.ShardFilesFailed("p", 1, "abandoned"))).isEmpty();
    assertThat(pass(Duration.ofMillis(100))).containsExactly(new WorkerEffect.Connect(2, "b"));
    on(new WorkerEvent.Connected(2));
    assertThat(hear(new Welcome(2, "run", "{}", 500, 3000)))
        .containsExactly(new WorkerEffect.Disconnect(2, "its term 2 is older than 3"));
    assertThat(pass(Duration.ofSeconds(1))).containsExactly(new WorkerEffect.Connect(3, "a"));
    on(new WorkerEvent.Connected(3));
    assertThat(hear(new Welcome(4, "run", "{}", 500, 3000)))
        .as("the job is ready already")
        .containsExactly(new WorkerEffect.Send(3, new WorkerMessage.Prepared("probe", 10, 5)));
    assertThat(on(new WorkerEvent.Received(1, new RunStep(FIRST, 5)))).isEmpty();
  }

  @Test
  void aSilentCoordinatorIsLeft() {
    join();
    pass(Duration.ofSeconds(3));
    assertThat(pass(Duration.ofMillis(1)))
        .contains(new WorkerEffect.Disconnect(1, "the coordinator is silent"));
  }

  @Test
  void heartbeatsTellTheStateHeld() {
    hold();
    assertThat(pass(Duration.ofMillis(500)))
        .containsExactly(say(new WorkerMessage.Heartbeat(FIRST, 4)));
    assertThat(pass(Duration.ofMillis(400))).isEmpty();
  }

  @Test
  void givesUpAfterTheDeadline() {
    on(new WorkerEvent.Started());
    on(new WorkerEvent.Disconnected(1, "connection refused"));
    assertThat(pass(Duration.ofSeconds(31)))
        .containsExactly(new WorkerEffect.Exit(4, "no coordinator at [a, b]: connection refused"));
  }

  @Test
  void failuresAreToldAndTheStateIsWorthNothing() {
    hold();
    hear(new RunStep(FIRST, 5));
    assertThat(on(new WorkerEvent.ComputeFailed(FIRST, Cause.BUG, "NPE")))
        .containsExactly(say(new WorkerMessage.Failed(FIRST, Cause.BUG, "NPE")));
    assertThat(hear(new RunStep(FIRST, 5))).isEmpty();
  }

  @Test
  void badInputIsToldAndEndsTheProcess() {
    on(new WorkerEvent.Started());
    on(new WorkerEvent.Connected(1));
    hear(new Welcome(3, "run", "{}", 500, 3000));
    assertThat(on(new WorkerEvent.JobFailed("{}", Cause.BAD_INPUT, "no such file")))
        .containsExactly(
            say(new WorkerMessage.Failed(Generation.NONE, Cause.BAD_INPUT, "no such file")),
            new WorkerEffect.Exit(2, "no such file"));
  }

  @Test
  void unreadableDataAreToldOnceAndReadAgain() {
    on(new WorkerEvent.Started());
    on(new WorkerEvent.Connected(1));
    hear(new Welcome(3, "run", "{}", 500, 3000));
    WorkerEvent.JobFailed failed = new WorkerEvent.JobFailed("{}", Cause.UNREADABLE, "EIO");
    assertThat(on(failed))
        .containsExactly(say(new WorkerMessage.Failed(Generation.NONE, Cause.UNREADABLE, "EIO")));
    assertThat(pass(Duration.ofMillis(200))).contains(new WorkerEffect.Prepare("run", "{}"));
    assertThat(on(failed)).isEmpty();
    assertThat(pass(Duration.ofMillis(400))).contains(new WorkerEffect.Prepare("run", "{}"));
  }

  @Test
  void finishAndRefusalEndTheProcess() {
    hold();
    assertThat(hear(new CoordinatorMessage.Finish(0, "done")))
        .containsExactly(say(new WorkerMessage.Leaving("done")), new WorkerEffect.Exit(0, "done"));
    assertThat(hear(new RunStep(FIRST, 5))).as("nothing follows").isEmpty();
  }

  @Test
  void aRoundThatIsOverIsLeftAtOnceAndNeverEnteredAgain() {
    hold();
    hear(new RunStep(FIRST, 5));
    assertThat(hear(new CoordinatorMessage.RoundOver(SECOND, "another"))).isEmpty();
    assertThat(hear(new CoordinatorMessage.RoundOver(FIRST, "w2 is gone")))
        .containsExactly(new WorkerEffect.AbandonWork(FIRST));
    assertThat(state.phase()).isEqualTo(WorkerPhase.SPARE);
    assertThat(state.reason()).isEqualTo("w2 is gone");
    assertThat(hear(restore(FIRST, 4))).as("the same round again").isEmpty();
    assertThat(hear(restore(SECOND, 4)))
        .containsExactly(new WorkerEffect.Load("w1", restore(SECOND, 4), 500, 3000));
  }

  @Test
  void aLostPeerEndsTheRoundAndIsTold() {
    hold();
    hear(new RunStep(FIRST, 5));
    assertThat(on(new WorkerEvent.PeerLost(SECOND, "w2", "reset"))).isEmpty();
    assertThat(on(new WorkerEvent.PeerLost(FIRST, "w2", "reset")))
        .containsExactly(
            new WorkerEffect.AbandonWork(FIRST),
            say(new WorkerMessage.PeerLost(FIRST, "w2", "reset")));
    assertThat(on(new WorkerEvent.PeerLost(FIRST, "w2", "reset"))).as("once").isEmpty();
  }

  @Test
  void aSaveThatNobodyWantsIsGivenUpAndTheStepThatWaitsForItGoesOn() {
    hold();
    hear(save("p", 4, false));
    assertThat(hear(new CoordinatorMessage.AbandonSave("q"))).isEmpty();
    hear(new RunStep(FIRST, 5));
    on(new WorkerEvent.StepComputed(FIRST, 5, List.of(), 9, 2, 100));
    hear(save("q", 5, true));
    assertThat(hear(new RunStep(FIRST, 6))).isEmpty();
    assertThat(hear(new CoordinatorMessage.AbandonSave("q")))
        .containsExactly(new WorkerEffect.Compute(FIRST, 6));
    assertThat(hear(new CoordinatorMessage.AbandonSave("p")))
        .containsExactly(new WorkerEffect.AbandonWrite("p"));
  }
}
