package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.checkpoint.Pins.PinOutcome;
import io.holdfast.storage.store.Fault;
import io.holdfast.storage.store.FaultPlan;
import io.holdfast.storage.store.FaultyStore;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ProcessKilledException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pins against retention: an acknowledged pin holds, whenever it comes and whoever dies. */
class PinsTest {
  private static final Prefix OLD = new Prefix(1, 1, 10);
  private static final RetentionPolicy KEEP_ONE =
      RetentionPolicy.keepNewest(1, true, "run-1", SmallRun.START, Duration.ZERO);

  private final FaultyStore disk = new FaultyStore(3, SmallRun.CLOCK);

  @Test
  void aPinnedOneStaysUntilItIsUnpinned() throws IOException {
    CheckpointKeeper keeper = begun(disk);
    Pins pins = pins("operator");
    assertThat(pins.pin(OLD)).isEqualTo(PinOutcome.PINNED);
    assertThat(pins.pin(OLD)).isEqualTo(PinOutcome.ALREADY);
    assertThat(retain(keeper).kept().get(OLD)).containsExactly(KeptReason.PINNED);
    assertThat(steps()).containsExactly(10L, 30L);
    assertThat(pins.unpin(OLD)).isTrue();
    assertThat(pins.unpin(OLD)).isFalse();
    retain(keeper);
    assertThat(steps()).containsExactly(30L);
    assertThat(disk.connect("x").store().list(Pins.DIRECTORY)).as("no mark is left").isEmpty();
  }

  @Test
  void whatIsGoneCannotBePinned() throws IOException {
    CheckpointKeeper keeper = begun(disk);
    retain(keeper);
    assertThat(pins("operator").pin(OLD)).isEqualTo(PinOutcome.GONE);
    assertThat(disk.connect("x").store().list(Pins.DIRECTORY)).isEmpty();
  }

  @Test
  void checkpointsOfAnotherRunAndWhatCannotBeReadAreLeftAlone() throws IOException {
    CheckpointKeeper keeper = begun(disk);
    RetentionPolicy another =
        RetentionPolicy.keepNewest(1, true, "run-2", SmallRun.START, Duration.ZERO);
    assertThat(keeper.pruner().plan(another).delete()).isEmpty();
    disk.flip(OLD.files().index(), 9, 4);
    CheckpointKeeper successor = SmallRun.lead(disk.connect("successor").store());
    retain(successor);
    assertThat(steps()).as("20 goes").containsExactly(10L, 30L);
  }

  /** An operator pins before each call of the leader's retention in turn. */
  @Test
  void aPinThatIsAcknowledgedAtAnyMomentHolds() throws IOException {
    int held = 0;
    int refused = 0;
    for (long at = 0; held + refused == at; at++) {
      FaultyStore one = new FaultyStore(at, SmallRun.CLOCK);
      begun(one).close();
      long when = at;
      List<PinOutcome> outcomes = new ArrayList<>();
      Pins pins = new Pins(new CheckpointDirectory(one.connect("operator").store()));
      FaultyStore.Client leader = one.connect("leader");
      CheckpointKeeper keeper = SmallRun.lead(leader.store());
      long first = leader.calls();
      leader.plan(
          call -> {
            if (call.number() == first + when) {
              outcomes.add(pins.pin(OLD));
            }
            return Fault.NONE;
          });
      retain(keeper);
      if (outcomes.isEmpty()) {
        break;
      }
      boolean there =
          new CheckpointDirectory(one.connect("reader").store()).list().find(OLD).isPresent();
      String where = "pinned at call " + at;
      assertThat(there).as(where).isEqualTo(outcomes.get(0) == PinOutcome.PINNED);
      held += there ? 1 : 0;
      refused += there ? 0 : 1;
    }
    assertThat(held).isGreaterThan(5);
    assertThat(refused).isGreaterThan(5);
  }

  /** A leader dies at each change of its retention in turn; its successor finishes. */
  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"KILL_AFTER", "POWER_LOSS_AFTER", "ERROR", "ERROR_AFTER", "NO_SPACE"})
  void whatIsCutOffIsFinishedAndCanBePinnedOrIsGone(Fault fault) throws IOException {
    boolean struck = true;
    for (long at = 0; struck; at++) {
      FaultyStore one = new FaultyStore(at, SmallRun.CLOCK);
      begun(one).close();
      FaultyStore.Client leader = one.connect("leader");
      CheckpointKeeper keeper = SmallRun.lead(leader.store());
      long first = leader.calls() + at;
      leader.plan(FaultPlan.once(first, fault));
      try {
        retain(keeper);
      } catch (IOException | ProcessKilledException e) {
        assertThat(e).isNotNull();
      }
      struck = leader.calls() > first || !leader.isAlive();
      finish(one, fault + " at call " + at);
    }
  }

  private static void finish(FaultyStore one, String where) throws IOException {
    ObjectStore store = one.connect("after").store();
    CheckpointDirectory directory = new CheckpointDirectory(store);
    CheckpointKeeper successor = SmallRun.lead(one.connect("successor").store());
    assertThat(successor.settle().isSettled()).as(where).isTrue();
    assertThat(successor.collectGarbage().isSettled()).as(where).isTrue();
    boolean there = directory.list().find(OLD).isPresent();
    assertThat(new Pins(directory).pin(OLD))
        .as(where)
        .isEqualTo(there ? PinOutcome.PINNED : PinOutcome.GONE);
    retain(successor);
    assertThat(directory.list().find(OLD).isPresent()).as(where).isEqualTo(there);
    assertThat(directory.list().orphans()).as(where).isEmpty();
    assertThat(store.list(Pins.DIRECTORY)).as(where).hasSize(there ? 1 : 0);
    assertThat(directory.plan().start()).as(where).contains(new Prefix(1, 1, 30));
  }

  private Pins pins(String name) {
    return new Pins(new CheckpointDirectory(disk.connect(name).store()));
  }

  private List<Long> steps() throws IOException {
    return new CheckpointDirectory(disk.connect("reader").store())
        .list().checkpoints().stream().map(c -> c.prefix().step()).toList();
  }

  private static Retention.Plan retain(CheckpointKeeper keeper) throws IOException {
    Retention.Plan plan = keeper.pruner().plan(KEEP_ONE);
    keeper.pruner().apply(plan);
    return plan;
  }

  private static CheckpointKeeper begun(FaultyStore disk) throws IOException {
    CheckpointKeeper keeper = SmallRun.lead(disk.connect("first").store());
    for (long step = 10; step <= 30; step += 10) {
      Prefix prefix = new Prefix(1, 1, step);
      keeper.commit(SmallRun.write(keeper, prefix));
      keeper.readBack(prefix);
    }
    return keeper;
  }
}
