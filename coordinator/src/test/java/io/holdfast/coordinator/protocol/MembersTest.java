package io.holdfast.coordinator.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.coordinator.protocol.LeaderEvent.CommitOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.WorkerLost;
import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who is waited for, who goes on without whom, and what members must prove. */
class MembersTest {
  private static final Generation FIRST = new Generation(1, 1);
  private static final CommitOutcome COMMITTED = new CommitOutcome.Committed(1);

  private static Script expecting(int workers, int min) {
    return expecting(workers, min, true);
  }

  private static Script expecting(int workers, int min, boolean async) {
    Script script =
        new Script(
            Script.plan(async, false, new MembersRule(workers, min, Duration.ofSeconds(10))));
    script.on(new LeaderEvent.Elected(1));
    script.found(1, Optional.empty());
    return script;
  }

  private static Script twoAtWork() {
    Script script = expecting(2, 1);
    script.join(1, "w1");
    script.join(2, "w2");
    script.restored(1, FIRST, 0);
    script.restored(2, FIRST, 0);
    return script;
  }

  @Test
  void aRoundWaitsForAllThatAreExpectedAndTheBarrierForAllItsMembers() {
    Script script = expecting(2, 1);
    assertThat(script.join(1, "w1")).isEmpty();
    assertThat(script.state().reason())
        .isEqualTo("1 of 2 workers are ready; goes on without the others after 10 s");
    assertThat(script.join(2, "w2"))
        .containsExactly(
            "say Round t1r1 has 2 workers",
            "send 1 restore t1r1 from \"\"",
            "send 2 restore t1r1 from \"\"");
    assertThat(script.state().round().orElseThrow().members())
        .containsExactly(
            new Member("w1", List.of(0), "host:1", 1), new Member("w2", List.of(1), "host:2", 2));
    assertThat(script.restored(1, FIRST, 0)).isEmpty();
    assertThat(script.restored(2, FIRST, 0))
        .containsExactly(
            "say Starting from scratch",
            "send 1 step 1 t1r1",
            "send 2 step 1 t1r1",
            "send 1 step 2 t1r1",
            "send 2 step 2 t1r1");
    assertThat(script.stepDone(2, 1, 1)).isEmpty();
    assertThat(script.stepDone(2, 1, 2)).isEmpty();
    assertThat(script.stepDone(1, 0, 1)).contains("Progress");
    assertThat(script.stepDone(1, 0, 2)).contains("send 1 evaluate 2", "send 2 evaluate 2");
  }

  @Test
  void withoutTheOthersItGoesOnAfterTheStatedTime() {
    Script script = expecting(2, 1);
    script.pass(Duration.ofSeconds(30));
    script.join(1, "w1");
    assertThat(script.pass(Duration.ofSeconds(2))).as("time runs from the first").isEmpty();
    for (int i = 0; i < 3; i++) {
      script.say(1, new WorkerMessage.Heartbeat(Generation.NONE, 0));
      script.pass(Duration.ofMillis(2500));
    }
    script.say(1, new WorkerMessage.Heartbeat(Generation.NONE, 0));
    assertThat(script.pass(Duration.ofMillis(501)))
        .containsExactly(
            "say Goes on with 1 worker of 2: no other came within 10 s",
            "send 1 restore t1r1 from \"\"");
  }

  @Test
  void belowTheMinimumNothingIsComputed() {
    Script script = expecting(0, 2);
    script.join(1, "w1");
    for (int i = 0; i < 20; i++) {
      script.say(1, new WorkerMessage.Heartbeat(Generation.NONE, 0));
      assertThat(script.pass(Duration.ofSeconds(2))).isEmpty();
    }
    assertThat(script.state().reason())
        .isEqualTo("1 of at least 2 workers are ready (min_workers)");
    assertThat(script.join(2, "w2")).contains("send 2 restore t1r1 from \"\"");
  }

  @Test
  void aLostMemberIsWaitedForAndTheSurvivorsLeaveTheRoundAtOnce() {
    Script script = twoAtWork();
    assertThat(script.on(new WorkerLost(1, "reset")))
        .containsExactly("say Lost worker w1: reset", "send 2 over t1r1", "find 2");
    assertThat(script.found(2, Optional.empty())).isEmpty();
    assertThat(script.state().phase()).isEqualTo(Phase.WAITING_FOR_WORKERS);
    assertThat(script.join(3, "w3"))
        .containsExactly(
            "say Round t1r2 has 2 workers",
            "send 2 restore t1r2 from \"\"",
            "send 3 restore t1r2 from \"\"");
    assertThat(script.state().round().orElseThrow().members().get(0).shards())
        .as("the survivor keeps its shard")
        .containsExactly(1);
  }

  @Test
  void aRoundGrowsAtABarrierWhoseStateIsCommittedSoThatNoStepIsLost() {
    Script script = expecting(1, 1, false);
    script.join(1, "w1");
    script.restored(1, FIRST, 0);
    script.join(2, "w2");
    script.say(1, new WorkerMessage.Heartbeat(FIRST, 0));
    script.say(2, new WorkerMessage.Heartbeat(Generation.NONE, 0));
    script.pass(Limits.GROW_SETTLE);
    assertThat(script.stepDone(1)).contains("send 1 save ckpt-t1r1-1 must");
    assertThat(script.state().phase()).isEqualTo(Phase.SAVING);
    script.written("ckpt-t1r1-1");
    assertThat(script.commit("ckpt-t1r1-1", COMMITTED))
        .contains("say Step 1: the round grows from 1 to 2 workers", "send 1 over t1r1", "find 2");
    assertThat(script.found(2, Optional.of(checkpoint(1, Optional.empty()))))
        .contains(
            "send 1 restore t1r2 from \"ckpt-t1r1-1\"", "send 2 restore t1r2 from \"ckpt-t1r1-1\"");
  }

  @Test
  void aMemberThatHoldsOtherBytesThanTheCheckpointIsSentAwayByName() {
    Script script = new Script(Script.plan(true, false));
    script.on(new LeaderEvent.Elected(1));
    script.found(1, Optional.of(checkpoint(1, Optional.of(List.of(List.of(8))))));
    script.join(1, "w1");
    assertThat(script.restored(1, FIRST, 1))
        .contains(
            "say worker w1 restored other bytes: v is not that of ckpt-t1r1-1", "disconnect 1")
        .noneMatch(line -> line.startsWith("send 1 step"));
  }

  @Test
  void membersThatHoldDifferentBytesDoNotTrain() {
    Script script = expecting(2, 1);
    script.join(1, "w1");
    script.join(2, "w2");
    script.restored(1, FIRST, 0);
    assertThat(script.say(2, new WorkerMessage.Restored(FIRST, 0, List.of(8), List.of())))
        .contains("say worker w2 restored other bytes: v is not that of worker w1")
        .noneMatch(line -> line.contains(" step "));
  }

  @Test
  void twoThatLoseEachOtherAgainAndAgainArePartedByName() {
    Script script = twoAtWork();
    for (int round = 1; round < Limits.MAX_PEER_LOSSES; round++) {
      Generation now = new Generation(1, round);
      assertThat(script.say(1, new WorkerMessage.PeerLost(now, "w2", "reset")))
          .containsExactly(
              "say worker w1 lost w2: reset", "send 1 over " + now, "send 2 over " + now);
      script.say(1, new WorkerMessage.Heartbeat(Generation.NONE, 0));
      script.say(2, new WorkerMessage.Heartbeat(Generation.NONE, 0));
      script.pass(Duration.ofSeconds(1));
      script.found(round + 1, Optional.empty());
    }
    assertThat(script.say(2, new WorkerMessage.PeerLost(new Generation(1, 3), "w1", "reset")))
        .contains("disconnect 2");
  }

  @Test
  void aSaveThatOneWriterFailedIsCalledOffForTheOthers() {
    Script script = twoAtWork();
    script.stepDone(1, 0, 1);
    script.stepDone(2, 1, 1);
    assertThat(script.say(1, new WorkerMessage.ShardFailed("ckpt-t1r1-1", 1, "ENOSPC")))
        .contains("send 1 abandon ckpt-t1r1-1", "discard ckpt-t1r1-1");
  }

  private static Checkpoint checkpoint(long step, Optional<List<List<Integer>>> checksums) {
    return new Checkpoint(
        "ckpt-t1r1-" + step,
        step,
        new CheckpointMetadata("probe", Sums.zero(1), Optional.empty(), Map.of()),
        checksums);
  }
}
