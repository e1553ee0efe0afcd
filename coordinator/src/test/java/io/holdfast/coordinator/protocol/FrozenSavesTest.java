package io.holdfast.coordinator.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.coordinator.protocol.LeaderEvent.CommitOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.FindDone;
import io.holdfast.coordinator.protocol.LeaderEvent.FindOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.Quarantined;
import io.holdfast.coordinator.protocol.LeaderEvent.VerifyDone;
import io.holdfast.coordinator.protocol.LeaderEvent.VerifyOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.WorkerLost;
import io.holdfast.protocol.CoordinatorMessage.Save;
import io.holdfast.protocol.CoordinatorMessage.ShardOrder;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage;
import io.holdfast.protocol.WorkerMessage.ShardWritten;
import io.holdfast.protocol.WrittenPiece;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FrozenSavesTest {
  private final Script script = new Script(Script.planWithFrozen());

  @BeforeEach
  void train() {
    script.on(new LeaderEvent.Elected(1));
    script.found(1, Optional.empty());
    script.join(1, "w1");
    restored(1, new Generation(1, 1));
    script.stepDone(1);
  }

  private void restored(long connection, Generation generation) {
    script.say(connection, new WorkerMessage.Restored(generation, 0, List.of(7, 8), List.of()));
  }

  private static ShardWritten file(String prefix, int shard, String key) {
    return new ShardWritten(prefix, shard, 16, List.of(new WrittenPiece(key, 0, 0, 16, 99)));
  }

  private void save(String prefix) {
    script.say(1, new WorkerMessage.SnapshotTaken(script.generation(), prefix));
    script.say(1, file(prefix, 1, "v"));
    assertThat(script.say(1, file(prefix, 2, "f"))).endsWith("commit " + prefix);
    script.commit(prefix, new CommitOutcome.Committed(1));
  }

  private void readBack(String prefix, VerifyOutcome outcome) {
    script.on(new VerifyDone(prefix, outcome));
  }

  @Test
  void frozenSlicesHaveAFileOfTheirOwn() {
    Save asked = script.lastSave();
    assertThat(asked.files())
        .containsExactly(new ShardOrder(1, false, List.of(0)), new ShardOrder(2, true, List.of(1)));
    assertThat(asked.numShards()).isEqualTo(3);
    script.say(1, new WorkerMessage.SnapshotTaken(script.generation(), asked.prefix()));
    assertThat(script.say(1, file(asked.prefix(), 1, "f"))).contains("ABANDONED " + asked.prefix());
  }

  @Test
  void whatWasReadBackMayBeLinkedUntilDamageIsFound() {
    assertThat(script.lastSave().linkable()).isEmpty();
    save("ckpt-t1r1-1");
    readBack("ckpt-t1r1-1", new VerifyOutcome.Good());

    script.stepDone(2);
    script.evaluated(2);
    assertThat(script.lastSave().linkable()).isEqualTo("ckpt-t1r1-1");
    save("ckpt-t1r1-2");
    readBack("ckpt-t1r1-2", new VerifyOutcome.Damaged("a bit"));
    assertThat(script.state().cadence().costs().saving()).as("it is over").isFalse();

    script.stepDone(3);
    assertThat(script.lastSave().linkable()).isEmpty();
  }

  @Test
  void whatARoundStartsFromWasReadInFull() {
    Script later = new Script(Script.planWithFrozen());
    later.on(new LeaderEvent.Elected(2));
    later.found(
        1,
        Optional.of(
            new Checkpoint(
                "ckpt-t1r1-1",
                1,
                new CheckpointMetadata("", Sums.zero(1), Optional.empty(), Map.of()),
                Optional.empty())));
    assertThat(later.state().linkable()).contains("ckpt-t1r1-1");
  }

  @Test
  void damageThatIsFoundOnTheWayToANewRoundCountsToo() {
    save("ckpt-t1r1-1");
    readBack("ckpt-t1r1-1", new VerifyOutcome.Good());
    script.on(new WorkerLost(1, "reset"));
    script.on(
        new FindDone(
            2,
            new FindOutcome.Found(Optional.empty()),
            List.of(new Quarantined("ckpt-t1r1-1", "a bit"))));
    assertThat(script.state().linkable()).isEmpty();
  }
}
