package io.holdfast.coordinator.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.coordinator.protocol.LeaderEvent.CommitOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.FindDone;
import io.holdfast.coordinator.protocol.LeaderEvent.FindOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.Quarantined;
import io.holdfast.coordinator.protocol.LeaderEvent.StopRequested;
import io.holdfast.coordinator.protocol.LeaderEvent.VerifyDone;
import io.holdfast.coordinator.protocol.LeaderEvent.VerifyOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.WorkerJoined;
import io.holdfast.coordinator.protocol.LeaderEvent.WorkerLost;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage;
import io.holdfast.protocol.WorkerMessage.Cause;
import io.holdfast.protocol.WrittenPiece;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaderTest {
  private static final String FIRST_EPOCH =
      "Epoch 1: accuracy 0.7500, loss 1.0000, val_accuracy 0.7500, val_loss 5.2500";
  private static final CommitOutcome COMMITTED = new CommitOutcome.Committed(1);
  private final Script script = new Script(Script.plan(true, false));

  private static Checkpoint checkpoint(String prefix, long step, String probe) {
    return new Checkpoint(
        prefix,
        step,
        new CheckpointMetadata(probe, Sums.zero(1), Optional.empty(), Map.of()),
        Optional.empty());
  }

  @Test
  void aFreshRunStartsFromScratchWithTheFirstWorkerThatIsReady() {
    assertThat(script.on(new LeaderEvent.Elected(1))).containsExactly("find 1");
    assertThat(script.found(1, Optional.empty())).isEmpty();
    assertThat(script.state().phase()).isEqualTo(Phase.WAITING_FOR_WORKERS);
    assertThat(script.join(1, "w1"))
        .containsExactly("say Round t1r1 has 1 worker", "send 1 restore t1r1 from \"\"");
    assertThat(script.join(2, "w2")).as("a spare").isEmpty();
    assertThat(script.restored(1, new Generation(1, 1), 0))
        .containsExactly("say Starting from scratch", "send 1 step 1 t1r1", "send 1 step 2 t1r1");
  }

  @Test
  void aSaveIsAskedForBeforeTheNextGrantAndCalledSavedOnlyAfterItsCommit() {
    Script script = OperatorsTest.script(1, 1, 1);
    assertThat(script.stepDone(1))
        .containsExactly(
            "Progress",
            "WriteScalars",
            "REQUESTED ckpt-t1r1-1",
            "send 1 save ckpt-t1r1-1",
            "send 1 step 3 t1r1");
    assertThat(script.written("ckpt-t1r1-1"))
        .containsExactly("WRITTEN ckpt-t1r1-1", "commit ckpt-t1r1-1");
    assertThat(script.commit("ckpt-t1r1-1", COMMITTED))
        .containsExactly(
            "COMMITTED ckpt-t1r1-1", "say Saved step 1: COMMITTED ckpt-t1r1-1", "Retain");
  }

  @Test
  void anEpochEndsWithValidationAndItsSaveCarriesTheMetrics() {
    script.trainingFromScratch();
    script.stepDone(1);
    script.written("ckpt-t1r1-1");
    script.commit("ckpt-t1r1-1", COMMITTED);
    assertThat(script.stepDone(2)).contains("send 1 evaluate 2");
    assertThat(script.evaluated(2))
        .containsExactly(
            "WriteScalars",
            "say " + FIRST_EPOCH,
            "REQUESTED ckpt-t1r1-2",
            "send 1 save ckpt-t1r1-2 must",
            "send 1 step 3 t1r1",
            "send 1 step 4 t1r1");
    script.written("ckpt-t1r1-2");
    CheckpointMetadata metadata = script.lastCommit().metadata();
    assertThat(metadata.metrics())
        .containsEntry("loss", (1 + 2 + 2 + 3) / 8.0)
        .containsEntry("accuracy", 6 / 8.0)
        .containsEntry("val_loss", 21 / 4.0)
        .containsEntry("val_accuracy", 3 / 4.0);
    assertThat(metadata.epochSums()).as("a new epoch begins").isEqualTo(Sums.zero(1));
  }

  @Test
  void aPeriodicSaveIsAbandonedWhileThePreviousIsWritingAndAnEpochEndWaits() {
    script.trainingFromScratch();
    script.stepDone(1);
    script.stepDone(2);
    assertThat(script.evaluated(2))
        .as("waits")
        .containsExactly("WriteScalars", "say " + FIRST_EPOCH);
    assertThat(script.state().phase()).isEqualTo(Phase.SAVING);
    script.written("ckpt-t1r1-1");
    assertThat(script.commit("ckpt-t1r1-1", COMMITTED))
        .endsWith("send 1 save ckpt-t1r1-2 must", "send 1 step 3 t1r1", "send 1 step 4 t1r1");
    assertThat(script.stepDone(3)).contains("ABANDONED ckpt-t1r1-3");
  }

  @Test
  void membersDoNotStopForAPeriodicSaveNorForOneThatIsAbandoned() {
    Script saving = OperatorsTest.script(1, 1, 1);
    assertThat(saving.stepDone(1))
        .containsSubsequence("send 1 save ckpt-t1r1-1", "send 1 step 3 t1r1");
    assertThat(saving.stepDone(2))
        .contains(
            "ABANDONED ckpt-t1r1-2",
            "say Save of step 2 ABANDONED: previous still writing",
            "send 1 step 4 t1r1");
    saving.written("ckpt-t1r1-1");
    saving.commit("ckpt-t1r1-1", COMMITTED);
    assertThat(saving.stepDone(3)).contains("send 1 save ckpt-t1r1-3");
  }

  @Test
  void peopleAreToldOfManySkippedSavesInOneLine() {
    Script saving = OperatorsTest.script(1, 1, 1);
    saving.stepDone(1);
    assertThat(saving.stepDone(2)).contains("say Save of step 2 ABANDONED: previous still writing");
    assertThat(saving.stepDone(3))
        .contains("ABANDONED ckpt-t1r1-3")
        .noneMatch(line -> line.startsWith("say Save"));
    saving.say(1, new WorkerMessage.Heartbeat(saving.generation(), 3));
    saving.stepDone(4);
    saving.evaluated(4);
    saving.written("ckpt-t1r1-1");
    saving.commit("ckpt-t1r1-1", COMMITTED);
    saving.stepDone(5);
    for (int second = 0; second < 10; second++) {
      saving.say(1, new WorkerMessage.Heartbeat(saving.generation(), 5));
      saving.pass(Duration.ofSeconds(1));
    }
    assertThat(saving.stepDone(6))
        .contains("say Save of step 6 ABANDONED: previous still writing (and 2 others before it)");
  }

  @Test
  void membersStopForAPeriodicSaveThatTrainingWaitsFor() {
    Script waiting = new Script(Script.plan(false, false)).trainingFromScratch();
    assertThat(waiting.stepDone(1))
        .endsWith("send 1 save ckpt-t1r1-1")
        .doesNotContain("send 1 step 2 t1r1");
    waiting.written("ckpt-t1r1-1");
    assertThat(waiting.commit("ckpt-t1r1-1", COMMITTED)).endsWith("send 1 step 2 t1r1");
  }

  @Test
  void theRunEndsOnlyAfterItsLastCheckpointIsVerified() {
    Script verifying = new Script(Script.plan(true, true));
    verifying.on(new LeaderEvent.Elected(1));
    verifying.found(1, Optional.of(checkpoint("ckpt-t1r1-3", 3, "probe")));
    verifying.join(1, "w1");
    verifying.restored(1, new Generation(1, 1), 3);
    verifying.stepDone(4);
    assertThat(verifying.evaluated(4)).endsWith("send 1 save ckpt-t1r1-4 must");
    verifying.written("ckpt-t1r1-4");
    assertThat(verifying.commit("ckpt-t1r1-4", COMMITTED)).endsWith("verify ckpt-t1r1-4");
    assertThat(verifying.on(new VerifyDone("ckpt-t1r1-4", new VerifyOutcome.Good())))
        .containsExactly(
            "VERIFIED ckpt-t1r1-4",
            "say Step 4: VERIFIED ckpt-t1r1-4",
            "Retain",
            "send 1 finish 0",
            "finish 0");
  }

  @Test
  void aNewerCheckpointThatIsFoundDamagedDoesNotMakeTheOneBeforeForgotten() {
    Script script = new Script(Script.plan(true, true));
    script.on(new LeaderEvent.Elected(1));
    script.found(1, Optional.of(checkpoint("ckpt-t1r1-1", 1, "probe")));
    script.join(1, "w1");
    script.restored(1, new Generation(1, 1), 1);
    script.stepDone(2);
    script.evaluated(2);
    script.written("ckpt-t1r1-2");
    script.on(new WorkerLost(1, "connection reset"));
    script.found(2, Optional.of(checkpoint("ckpt-t1r1-1", 1, "probe")));
    script.commit("ckpt-t1r1-2", COMMITTED);
    script.on(new VerifyDone("ckpt-t1r1-2", new VerifyOutcome.Damaged("crc")));
    script.ask(1, new OperatorRequest.SaveNow());
    script.join(2, "w2");
    assertThat(script.restored(2, new Generation(1, 2), 1))
        .contains("answer 1 step 1 ckpt-t1r1-1")
        .noneMatch(line -> line.contains("save"));
  }

  @Test
  void aLastSaveThatFailsIsTriedAgainUnderANewName() {
    Script script = new Script(Script.plan(false, false)).trainingFromScratch();
    script.on(new StopRequested("SIGTERM", 130));
    script.stepDone(1);
    script.written("ckpt-t1r1-1");
    assertThat(script.commit("ckpt-t1r1-1", new CommitOutcome.Abandoned("ENOSPC")))
        .contains("ABANDONED ckpt-t1r1-1", "discard ckpt-t1r1-1");
    assertThat(script.pass(Duration.ofSeconds(1)))
        .containsExactly("REQUESTED ckpt-t1r2-1", "send 1 save ckpt-t1r2-1 must");
    script.written("ckpt-t1r2-1");
    assertThat(script.commit("ckpt-t1r2-1", COMMITTED)).endsWith("send 1 finish 130", "finish 130");
  }

  @Test
  void anUnknownCommitIsAskedAgainWithTheSameNameAndNothingIsDiscarded() {
    script.trainingFromScratch();
    script.stepDone(1);
    script.written("ckpt-t1r1-1");
    LeaderEffect.Commit first = script.lastCommit();
    assertThat(script.commit("ckpt-t1r1-1", new CommitOutcome.Unknown("timed out")))
        .noneMatch(line -> line.startsWith("discard") || line.startsWith("ABANDONED"));
    assertThat(script.pass(Duration.ofMillis(50))).as("not at once").isEmpty();
    assertThat(script.pass(Duration.ofMillis(200))).containsExactly("commit ckpt-t1r1-1");
    assertThat(script.lastCommit()).isEqualTo(first);
  }

  @Test
  void aFencedLeaderLeavesAtOnceAndTellsNobodyToFinish() {
    script.trainingFromScratch();
    script.stepDone(1);
    script.written("ckpt-t1r1-1");
    assertThat(script.commit("ckpt-t1r1-1", new CommitOutcome.Fenced("term 2")))
        .containsExactly(
            "say Another coordinator leads this run: term 2", "disconnect 1", "finish 75");
    assertThat(script.stepDone(2)).as("nothing follows").isEmpty();
  }

  @Test
  void aLostMemberBeginsANewRoundFromStorageWithTheSpare() {
    script.trainingFromScratch();
    script.join(2, "w2");
    script.stepDone(1);
    assertThat(script.on(new WorkerLost(1, "connection reset")))
        .containsExactly(
            "say Lost worker w1: connection reset",
            "find 2",
            "ABANDONED ckpt-t1r1-1",
            "say Save of step 1 ABANDONED: its writer w1 is lost",
            "discard ckpt-t1r1-1");
    assertThat(script.found(2, Optional.empty()))
        .containsExactly("say Round t1r2 has 1 worker", "send 2 restore t1r2 from \"\"");
  }

  @Test
  void aSaveThatIsWrittenOutlivesItsWriterAndNoOlderOneFollows() {
    script.trainingFromScratch();
    script.join(2, "w2");
    script.stepDone(1);
    script.written("ckpt-t1r1-1");
    assertThat(script.on(new WorkerLost(1, "reset"))).endsWith("find 2");
    script.found(2, Optional.empty());
    assertThat(script.commit("ckpt-t1r1-1", COMMITTED)).contains("COMMITTED ckpt-t1r1-1");
    script.restored(2, new Generation(1, 2), 0);
    assertThat(
            script.say(
                2,
                new WorkerMessage.StepDone(
                    new Generation(1, 2),
                    1,
                    List.of(
                        new io.holdfast.protocol.ShardSums(0, 1, 2, List.of(1.0)),
                        new io.holdfast.protocol.ShardSums(1, 1, 2, List.of(1.0))),
                    1,
                    0,
                    0)))
        .as("step 1 is saved already")
        .containsExactly("Progress", "WriteScalars");
  }

  @Test
  void silenceBeyondTheLeaseIsALoss() {
    script.trainingFromScratch();
    script.pass(Script.LEASE);
    assertThat(script.pass(Duration.ofMillis(1)))
        .containsExactly(
            "disconnect 1", "say Lost worker w1: no sign of life for 3000 ms", "find 2");
  }

  @Test
  void messagesOfAnOldGenerationOrConnectionChangeNothing() {
    script.trainingFromScratch();
    LeaderState before = script.state();
    assertThat(
            script.say(1, new WorkerMessage.StepDone(new Generation(1, 0), 1, List.of(), 1, 0, 0)))
        .isEmpty();
    assertThat(
            script.say(99, new WorkerMessage.StepDone(script.generation(), 1, List.of(), 1, 0, 0)))
        .isEmpty();
    assertThat(script.on(new WorkerLost(99, "late"))).isEmpty();
    assertThat(script.state().barrier()).isEqualTo(before.barrier());
    assertThat(script.state().round()).isEqualTo(before.round());
  }

  @Test
  void otherKernelsAreRefusedByName() {
    script.on(new LeaderEvent.Elected(2));
    script.found(1, Optional.of(checkpoint("ckpt-t1r1-2", 2, "other")));
    assertThat(script.join(1, "w1"))
        .contains(
            "send 1 refused worker w1: its kernels compute other bits: probe digest probe, the run"
                + " has other",
            "disconnect 1");
  }

  @Test
  void anotherVersionIsRefused() {
    script.on(new LeaderEvent.Elected(1));
    assertThat(
            script.on(
                new WorkerJoined(1, new WorkerMessage.Hello("2", "w1", "host", 7, "host:1", 1))))
        .contains("send 1 refused worker w1: its version is 2, the coordinator's is 1");
  }

  @Test
  void badInputEndsTheRun() {
    script.on(new LeaderEvent.Elected(1));
    script.found(1, Optional.empty());
    script.on(new WorkerJoined(1, new WorkerMessage.Hello("1", "w1", "host", 7, "host:1", 1)));
    assertThat(
            script.say(
                1, new WorkerMessage.Failed(Generation.NONE, Cause.BAD_INPUT, "label 11 of 10")))
        .containsExactly("send 1 finish 2", "finish 2");
  }

  @Test
  void damageFoundByAWorkerIsLookedAtByStorageAndTheOneBeforeIsUsed() {
    script.on(new LeaderEvent.Elected(2));
    script.found(1, Optional.of(checkpoint("ckpt-t1r1-2", 2, "probe")));
    script.join(1, "w1");
    assertThat(
            script.say(
                1, new WorkerMessage.Failed(script.generation(), Cause.DAMAGED_CHECKPOINT, "crc")))
        .contains("find 2 disputed ckpt-t1r1-2");
    assertThat(
            script.on(
                new FindDone(
                    2,
                    new FindOutcome.Found(Optional.of(checkpoint("ckpt-t1r1-1", 1, "probe"))),
                    List.of(new Quarantined("ckpt-t1r1-2", "crc")))))
        .contains(
            "say Checkpoint ckpt-t1r1-2 is damaged and put aside: crc",
            "send 1 restore t2r2 from \"ckpt-t1r1-1\"");
  }

  @Test
  void allDamagedEndsWithThreeAndUnreadableIsAskedAgain() {
    script.on(new LeaderEvent.Elected(1));
    script.on(new FindDone(1, new FindOutcome.Unreadable("EIO"), List.of()));
    assertThat(script.pass(Duration.ofMillis(100))).isEmpty();
    assertThat(script.pass(Duration.ofMillis(150))).containsExactly("find 2");
    assertThat(script.on(new FindDone(2, new FindOutcome.AllDamaged("crc"), List.of())))
        .endsWith("finish 3");
  }

  @Test
  void piecesThatDoNotTileAreNeverCommitted() {
    script.trainingFromScratch();
    script.stepDone(1);
    for (WrittenPiece bad :
        List.of(
            new WrittenPiece("v", 1, 0, 16, 0),
            new WrittenPiece("w", 0, 0, 16, 0),
            new WrittenPiece("v", 0, 0, 15, 0),
            new WrittenPiece("v", 0, 1, 16, 0))) {
      Script other = new Script(Script.plan(true, false)).trainingFromScratch();
      other.stepDone(1);
      assertThat(other.say(1, new WorkerMessage.ShardWritten("ckpt-t1r1-1", 1, 16, List.of(bad))))
          .as("%s", bad)
          .contains("ABANDONED ckpt-t1r1-1")
          .noneMatch(line -> line.startsWith("commit"));
    }
  }

  @Test
  void aSaveWithoutRoomInTheBudgetIsAbandonedAndTheRunEndsWithOneAllTheSame() {
    RunPlan plan = Script.planWithin(200_000);
    assertThat(plan.expectedSaveBytes()).isBetween(65_536L, 100_000L);
    Script tight = new Script(plan).trainingFromScratch();
    assertThat(tight.on(new LeaderEvent.BytesStored(150_000))).isEmpty();
    assertThat(tight.stepDone(1))
        .contains("ABANDONED ckpt-t1r1-1", "Retain")
        .noneMatch(line -> line.startsWith("send 1 save"))
        .anyMatch(line -> line.contains("no room in checkpoint.max_disk_bytes: 150000"));
    tight.on(new LeaderEvent.BytesStored(100_000));
    tight.stepDone(2);
    assertThat(tight.evaluated(2)).contains("send 1 save ckpt-t1r1-2 must");
    tight.written("ckpt-t1r1-2");
    tight.commit("ckpt-t1r1-2", new CommitOutcome.Committed(60_000));
    assertThat(tight.stepDone(3)).as("160000 and one more").contains("ABANDONED ckpt-t1r1-3");
    tight.stepDone(4);
    assertThat(tight.evaluated(4)).as("the last one").contains("send 1 save ckpt-t1r1-4 must");
  }

  @Test
  void withoutAsyncTrainingWaitsForTheCommit() {
    Script waiting = new Script(Script.plan(false, false)).trainingFromScratch();
    assertThat(waiting.stepDone(1)).endsWith("send 1 save ckpt-t1r1-1");
    waiting.written("ckpt-t1r1-1");
    assertThat(waiting.commit("ckpt-t1r1-1", COMMITTED)).endsWith("send 1 step 2 t1r1");
  }

  @Test
  void stopBeforeTrainingLeavesAtOnce() {
    script.on(new LeaderEvent.Elected(1));
    assertThat(script.on(new StopRequested("SIGTERM", 130)))
        .containsExactly("say Stopping: SIGTERM", "finish 130");
  }

  @Test
  void theStatusIsTheOperatorsPicture() {
    script.trainingFromScratch();
    script.stepDone(1);
    var status = script.state().status(2 * Script.SECOND);
    assertThat(status.phase()).isEqualTo("TRAINING");
    assertThat(status.step()).isEqualTo(1);
    assertThat(status.totalSteps()).isEqualTo(4);
    assertThat(status.epoch()).isEqualTo(1);
    assertThat(status.workers()).singleElement().satisfies(w -> assertThat(w.id()).isEqualTo("w1"));
    assertThat(status.save()).hasValueSatisfying(s -> assertThat(s.state()).isEqualTo("REQUESTED"));
  }
}
