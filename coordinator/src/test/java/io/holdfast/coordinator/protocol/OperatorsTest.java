package io.holdfast.coordinator.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.coordinator.protocol.LeaderEvent.CommitOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.Fenced;
import io.holdfast.coordinator.protocol.LeaderEvent.OperatorLeft;
import io.holdfast.coordinator.protocol.LeaderEvent.WorkerLost;
import io.holdfast.coordinator.protocol.OperatorRequest.Drain;
import io.holdfast.coordinator.protocol.OperatorRequest.SaveNow;
import io.holdfast.coordinator.protocol.OperatorRequest.Stop;
import io.holdfast.job.CheckpointSpec;
import io.holdfast.job.RetentionSpec;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What operators ask for is answered once, when it has happened or cannot. */
class OperatorsTest {
  private static final Generation FIRST = new Generation(1, 1);
  private static final CommitOutcome COMMITTED = new CommitOutcome.Committed(1);

  /** Saves only at the end of an epoch, which has four steps; two are granted from the start. */
  private static Script script(int workers, int min) {
    return script(workers, min, 100);
  }

  static Script script(int workers, int min, long everySteps) {
    RunPlan plan = Script.plan(true, false, new MembersRule(workers, min, Duration.ofSeconds(10)));
    CheckpointSpec rarely =
        new CheckpointSpec(
            OptionalLong.of(everySteps),
            Optional.empty(),
            Optional.empty(),
            RetentionSpec.newest(3),
            true,
            false,
            0,
            OptionalInt.empty());
    Script script =
        new Script(
            new RunPlan(
                plan.version(),
                plan.run(),
                plan.job(),
                plan.groups(),
                plan.shards(),
                2,
                plan.metrics(),
                plan.epochs(),
                plan.steps(),
                rarely,
                1,
                plan.members(),
                plan.heartbeat(),
                plan.lease()));
    script.on(new LeaderEvent.Elected(1));
    script.found(1, Optional.empty());
    for (int worker = 1; worker <= workers; worker++) {
      script.join(worker, "w" + worker);
    }
    for (int worker = 1; worker <= workers; worker++) {
      script.restored(worker, FIRST, 0);
    }
    return script;
  }

  @Test
  void aSaveIsMadeAtTheNextBarrierAndAnsweredByItsCommit() {
    Script script = script(1, 1);
    assertThat(script.ask(7, new SaveNow())).isEmpty();
    assertThat(script.stepDone(1))
        .as("step 2 is granted, so it is computed; no more is granted")
        .noneMatch(line -> line.startsWith("send"));
    assertThat(script.stepDone(2))
        .containsSubsequence(
            "send 1 save ckpt-t1r1-2 must", "send 1 step 3 t1r1", "send 1 step 4 t1r1")
        .noneMatch(line -> line.startsWith("answer"));
    script.written("ckpt-t1r1-2");
    assertThat(script.commit("ckpt-t1r1-2", COMMITTED)).endsWith("answer 7 step 2 ckpt-t1r1-2");
    assertThat(script.ask(8, new SaveNow()))
        .as("the present step is saved")
        .containsExactly("answer 8 step 2 ckpt-t1r1-2");
  }

  @Test
  void aSaveWaitsForTheOneBeforeWithoutStoppingTraining() {
    Script script = script(1, 1);
    script.ask(7, new SaveNow());
    reach(script, 2);
    reach(script, 4);
    assertThat(script.state().phase()).isEqualTo(Phase.EVALUATING);
    script.ask(8, new SaveNow());
    script.written("ckpt-t1r1-2");
    assertThat(script.commit("ckpt-t1r1-2", COMMITTED)).contains("answer 7 step 2 ckpt-t1r1-2");
    assertThat(script.evaluated(4)).contains("send 1 save ckpt-t1r1-4 must");
    script.stepDone(5);
    script.ask(9, new SaveNow());
    assertThat(script.state().phase()).isEqualTo(Phase.TRAINING);
    script.written("ckpt-t1r1-4");
    assertThat(script.commit("ckpt-t1r1-4", COMMITTED)).endsWith("answer 8 step 4 ckpt-t1r1-4");
  }

  @Test
  void aSaveThatFailsIsToldWithItsReason() {
    Script script = script(1, 1);
    script.ask(7, new SaveNow());
    reach(script, 2);
    assertThat(script.say(1, new WorkerMessage.ShardFailed("ckpt-t1r1-2", 1, "ENOSPC")))
        .contains("answer 7 FAILED: save of step 2 ABANDONED: worker w1: ENOSPC");
  }

  @Test
  void aSaveWhoseStepIsLostIsAnsweredByALaterOne() {
    Script script = script(1, 1);
    script.stepDone(1);
    script.ask(7, new SaveNow());
    script.on(new WorkerLost(1, "reset"));
    script.found(2, Optional.empty());
    script.join(2, "w2");
    assertThat(script.restored(2, new Generation(1, 2), 0))
        .as("nothing is held that could be saved")
        .contains("send 2 step 1 t1r2", "send 2 step 2 t1r2");
    assertThat(step(script, 2, 1)).noneMatch(line -> line.startsWith("send"));
    assertThat(step(script, 2, 2)).contains("send 2 save ckpt-t1r2-2 must");
  }

  @Test
  void aSaveThatNobodyWaitsForIsNotBegun() {
    Script script = script(1, 1);
    script.ask(7, new SaveNow());
    script.on(new OperatorLeft(7));
    script.stepDone(1);
    assertThat(script.stepDone(2)).noneMatch(line -> line.contains(" save "));
  }

  @Test
  void aDrainedMemberLeavesAtABarrierThatIsSavedAndNoStepIsLost() {
    Script script = script(2, 1);
    assertThat(script.ask(7, new Drain("w2"))).containsExactly("say Draining worker w2");
    bothDone(script, 1);
    bothDone(script, 2);
    assertThat(script.state().phase()).isEqualTo(Phase.SAVING);
    script.written("ckpt-t1r1-2");
    assertThat(script.commit("ckpt-t1r1-2", COMMITTED))
        .containsSubsequence(
            "say Step 2: worker w2 is drained",
            "send 1 over t1r1",
            "send 2 over t1r1",
            "find 2",
            "send 2 finish 76");
    assertThat(script.say(2, new WorkerMessage.Heartbeat(FIRST, 1))).isEmpty();
    assertThat(script.say(2, new WorkerMessage.Leaving("drained")))
        .containsExactly("say Drained worker w2");
    assertThat(script.found(2, Optional.of(checkpoint(2))))
        .as("it is not waited for")
        .contains("send 1 restore t1r2 from \"ckpt-t1r1-2\"");
    assertThat(script.restored(1, new Generation(1, 2), 2))
        .containsExactly(
            "say Restored from ckpt-t1r1-2 (step 2)",
            "send 1 step 3 t1r2",
            "send 1 step 4 t1r2",
            "answer 7 step 2");
  }

  @Test
  void aSpareIsDrainedAtOnce() {
    Script script = script(2, 1);
    script.join(3, "w3");
    assertThat(script.ask(7, new Drain("w3"))).contains("send 3 finish 76");
    assertThat(script.state().phase()).isEqualTo(Phase.TRAINING);
    assertThat(script.say(3, new WorkerMessage.Leaving("drained")))
        .containsExactly("say Drained worker w3", "answer 7 step 0");
  }

  @Test
  void aDrainIsRefusedForUnknownWorkersAndBelowTheMinimum() {
    Script script = script(2, 2);
    assertThat(script.ask(7, new Drain("w9")))
        .containsExactly("answer 7 UNKNOWN_NAME: no worker w9 (known: w1, w2)");
    assertThat(script.ask(8, new Drain("w1")))
        .containsExactly(
            "answer 8 NOT_POSSIBLE: 1 of at least 2 workers would be left (cluster.min_workers);"
                + " start another first");
    assertThat(script.state().gathering().leaving()).isEmpty();
  }

  @Test
  void aDrainWhoseStateCannotBeSavedIsTakenBack() {
    Script script = script(2, 1);
    script.ask(7, new Drain("w2"));
    bothDone(script, 1);
    bothDone(script, 2);
    assertThat(script.say(1, new WorkerMessage.ShardFailed("ckpt-t1r1-2", 1, "ENOSPC")))
        .contains(
            "answer 7 FAILED: worker w2 stays: save of step 2 ABANDONED: worker w1: ENOSPC",
            "send 2 step 3 t1r1");
    assertThat(script.state().gathering().leaving()).isEmpty();
  }

  @Test
  void aDrainedWorkerThatIsLostWithoutAWordIsToldSo() {
    Script script = script(2, 1);
    script.ask(7, new Drain("w2"));
    assertThat(script.on(new WorkerLost(2, "reset")))
        .contains("answer 7 FAILED: worker w2 was lost before it had left: reset");
    script.found(2, Optional.empty());
    assertThat(script.state().phase())
        .as("another is waited for")
        .isEqualTo(Phase.WAITING_FOR_WORKERS);
  }

  @Test
  void aStopSavesAndIsAnsweredJustBeforeTheEnd() {
    Script script = script(1, 1);
    script.ask(7, new Stop());
    assertThat(script.ask(8, new Stop())).as("joins the first").isEmpty();
    assertThat(script.ask(9, new Drain("w1")))
        .containsExactly("answer 9 NOT_POSSIBLE: the job is stopping");
    script.stepDone(1);
    assertThat(script.stepDone(2)).contains("send 1 save ckpt-t1r1-2 must");
    script.written("ckpt-t1r1-2");
    assertThat(script.commit("ckpt-t1r1-2", COMMITTED))
        .endsWith(
            "answer 7 step 2 ckpt-t1r1-2",
            "answer 8 step 2 ckpt-t1r1-2",
            "send 1 finish 0",
            "finish 0");
  }

  @Test
  void aStopWithNothingAtWorkSaysWhatIsSaved() {
    Script script = new Script(Script.plan(true, false));
    script.on(new LeaderEvent.Elected(1));
    script.found(1, Optional.of(checkpoint(3)));
    assertThat(script.ask(7, new Stop()))
        .as("storage is asked again: another may have led meanwhile")
        .containsExactly("find 2", "say Stopping: an operator stopped the job");
    assertThat(script.found(2, Optional.of(checkpoint(4))))
        .containsExactly("answer 7 step 4 ckpt-t1r1-4", "finish 0");
  }

  @Test
  void whoStillWaitsWhenTheLeaderLeavesIsToldSo() {
    Script script = script(1, 1);
    script.ask(7, new SaveNow());
    script.ask(8, new Stop());
    assertThat(script.on(new Fenced("term 2")))
        .contains(
            "answer 7 UNAVAILABLE: the coordinator leaves: another coordinator leads now",
            "answer 8 FAILED: the job ended before its state was saved: another coordinator leads now");
    assertThat(new Script(Script.plan(true, false)).ask(9, new SaveNow()))
        .containsExactly("answer 9 UNAVAILABLE: this coordinator does not lead");
  }

  @Test
  void onlySoManyWait() {
    Script script = script(1, 1);
    for (int request = 0; request < Limits.MAX_OPERATOR_REQUESTS; request++) {
      assertThat(script.ask(request, new SaveNow())).isEmpty();
    }
    assertThat(script.ask(99, new SaveNow()))
        .containsExactly("answer 99 TOO_MANY: 64 requests wait already");
  }

  @Test
  void operatorsSeeRefusedWorkersAndWhyMembersChanged() {
    Script script = script(2, 1);
    script.on(
        new LeaderEvent.WorkerJoined(
            9, new WorkerMessage.Hello("2", "w9", "other", 1, "other:1", 1)));
    script.on(new WorkerLost(2, "reset"));
    var status = script.state().status(script.state().nowNanos() + Script.SECOND);
    assertThat(status.refused())
        .singleElement()
        .satisfies(refused -> assertThat(refused.reason()).contains("its version is 2"));
    assertThat(status.memberChange().reason()).isEqualTo("Lost worker w2: reset");
    assertThat(status.memberChange().ageMillis()).isEqualTo(1000);
  }

  /** The next two steps. */
  private static void reach(Script script, long step) {
    script.stepDone(step - 1);
    script.stepDone(step);
  }

  private static void bothDone(Script script, long step) {
    script.stepDone(1, 0, step);
    script.stepDone(2, 1, step);
  }

  private static List<String> step(Script script, long connection, long step) {
    return script.say(
        connection,
        new WorkerMessage.StepDone(
            script.generation(),
            step,
            List.of(
                new io.holdfast.protocol.ShardSums(0, 1, 2, List.of(1.0)),
                new io.holdfast.protocol.ShardSums(1, 1, 2, List.of(1.0))),
            5,
            1,
            0));
  }

  private static Checkpoint checkpoint(long step) {
    return new Checkpoint(
        "ckpt-t1r1-" + step,
        step,
        new CheckpointMetadata("probe", Sums.zero(1), Optional.empty(), Map.of()),
        Optional.empty());
  }
}
