package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.bundle.CheckpointState;
import io.holdfast.storage.store.Fault;
import io.holdfast.storage.store.FaultPlan;
import io.holdfast.storage.store.FaultyStore;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckpointKeeperTest {
  private final FaultyStore disk = new FaultyStore(7, SmallRun.CLOCK);
  private final FaultyStore.Client client = disk.connect("leader");
  private final ObjectStore store = client.store();
  private final CheckpointDirectory directory = new CheckpointDirectory(store);

  @Test
  void aCommittedCheckpointIsWholeListedAndNamed() throws Exception {
    CheckpointKeeper keeper = SmallRun.lead(store);
    Prefix prefix = commit(keeper, 1, 10);

    assertThat(directory.list().checkpoints()).hasSize(1);
    assertThat(directory.verify(prefix).isClean()).isTrue();
    CheckpointState state =
        CheckpointState.parse("checkpoint", store.readSmall("checkpoint", 1 << 16));
    assertThat(state.modelCheckpointPath()).isEqualTo("ckpt-t1r1-10");
    assertThat(state.timestamps()).hasSize(1);
    assertThat(directory.metadata(prefix))
        .isEqualTo(SmallRun.metadata(prefix, Map.of("val_loss", 1.0 / 11)));
    RecoveryPlan plan = directory.plan();
    assertThat(plan.start()).contains(prefix);
    assertThat(plan.damaged()).isEmpty();
  }

  @Test
  void committingAgainIsTheSameCommit() throws Exception {
    CheckpointKeeper keeper = SmallRun.lead(store);
    CommitRequest request = SmallRun.write(keeper, new Prefix(1, 1, 10));
    client.plan(FaultPlan.always("link", Fault.ERROR_AFTER));
    assertThat(keeper.commit(request).status()).isEqualTo(CommitOutcome.Status.UNKNOWN);
    assertThatThrownBy(() -> keeper.abandon(request.prefix(), "no"))
        .isInstanceOf(IllegalStateException.class);
    client.plan(FaultPlan.always("open", Fault.ERROR));
    assertThat(keeper.commit(request).status())
        .as("a failure after an unknown is unknown")
        .isEqualTo(CommitOutcome.Status.UNKNOWN);
    client.plan(FaultPlan.NONE);
    assertThat(keeper.commit(request).status()).isEqualTo(CommitOutcome.Status.COMMITTED);
    assertThat(keeper.commit(request).status()).isEqualTo(CommitOutcome.Status.COMMITTED);
    assertThatThrownBy(() -> keeper.abandon(request.prefix(), "no"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsNotWholeIsRejectedAndCanBeAbandoned() throws Exception {
    CheckpointKeeper keeper = SmallRun.lead(store);
    Prefix prefix = new Prefix(1, 1, 10);
    CommitRequest whole = SmallRun.write(keeper, prefix);
    ShardReport one = whole.reports().get(0);
    List<ShardReport> two = whole.reports().subList(1, 3);

    assertRejected(keeper, new CommitRequest(prefix, two, whole.expected()), "amiss");
    assertRejected(keeper, new CommitRequest(prefix, List.of(), whole.expected()), "no shard");
    assertRejected(
        keeper,
        with(whole, new ShardReport(one.shard(), one.length() + 1, one.pieces())),
        "25 bytes and pieces of 24");
    assertRejected(keeper, with(whole, new ShardReport(one.shard(), 0, List.of())), "not covered");
    assertRejected(
        keeper,
        new CommitRequest(prefix, whole.reports(), whole.expected().subList(0, 1)),
        "no variable of the job");
    List<ExpectedTensor> more = new ArrayList<>(whole.expected());
    more.add(new ExpectedTensor("other", more.get(0).dtype(), more.get(0).shape()));
    assertRejected(
        keeper, new CommitRequest(prefix, whole.reports(), more), "\"other\" is missing");
    store.delete(prefix.files().shard(1, 3));
    assertRejected(keeper, whole, "ckpt-t1r1-10.data-00001-of-00003 is missing");

    assertThat(keeper.abandon(prefix, "rejected").isSettled()).isTrue();
    assertThat(store.list("")).isEmpty();
    assertThat(history().get(0).state()).isEqualTo(AttemptState.ABANDONED);
  }

  private static CommitRequest with(CommitRequest request, ShardReport first) {
    List<ShardReport> reports = new ArrayList<>(request.reports());
    reports.set(0, first);
    return new CommitRequest(request.prefix(), reports, request.expected());
  }

  private static void assertRejected(
      CheckpointKeeper keeper, CommitRequest request, String reason) {
    CommitOutcome outcome = keeper.commit(request);
    assertThat(outcome.status()).as(reason).isEqualTo(CommitOutcome.Status.REJECTED);
    assertThat(outcome.reason()).contains(reason);
  }

  @Test
  void aStepIsCommittedOnce() throws Exception {
    CheckpointKeeper keeper = SmallRun.lead(store);
    commit(keeper, 1, 10);
    CommitRequest again = SmallRun.write(keeper, new Prefix(1, 2, 10));
    assertThat(keeper.commit(again).status()).isEqualTo(CommitOutcome.Status.REJECTED);
    CommitRequest foreign = new CommitRequest(new Prefix(2, 1, 1), List.of(), List.of());
    assertThatThrownBy(() -> keeper.commit(foreign)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void retentionKeepsTwoVerifiedAndNamesThem() throws Exception {
    CheckpointKeeper keeper = SmallRun.lead(store);
    for (long step = 10; step <= 40; step += 10) {
      Prefix prefix = commit(keeper, 1, step);
      assertThat(keeper.pruner().apply(keeper.pruner().plan(SmallRun.KEEP_TWO)).isSettled())
          .isTrue();
      if (step < 40) {
        assertThat(keeper.readBack(prefix).isWhole()).isTrue();
      }
    }
    assertThat(steps()).as("40 is not verified yet").containsExactly(20L, 30L, 40L);
    keeper.readBack(new Prefix(1, 1, 40));
    keeper.pruner().apply(keeper.pruner().plan(SmallRun.KEEP_TWO));
    assertThat(steps()).containsExactly(30L, 40L);
    assertThat(store.list("")).hasSize(2 * (1 + SmallRun.SHARDS) + 1);
    assertThat(CheckpointState.parse("x", store.readSmall("checkpoint", 1 << 16)).allPaths())
        .containsExactly("ckpt-t1r1-30", "ckpt-t1r1-40");
    assertThat(history().stream().map(StepHistory::state))
        .containsExactly(
            AttemptState.DELETED,
            AttemptState.DELETED,
            AttemptState.VERIFIED,
            AttemptState.VERIFIED);
  }

  @Test
  void laterStepsOfOlderTermsBecomeVoid() throws Exception {
    CheckpointKeeper first = SmallRun.lead(store);
    Prefix ten = commit(first, 1, 10);
    commit(first, 1, 20);

    CheckpointKeeper second = SmallRun.lead(store);
    assertThat(second.settle().isSettled()).isTrue();
    assertThat(steps()).containsExactly(10L, 20L);
    assertThat(second.begin(SmallRun.startAt(2, Optional.of(ten))).isSettled()).isTrue();
    assertThat(steps()).containsExactly(10L);
    assertThat(store.list(CheckpointKeeper.VOID)).hasSize(1 + SmallRun.SHARDS);
    assertThat(history().get(1).state()).isEqualTo(AttemptState.ABANDONED);
    assertThat(CheckpointState.parse("x", store.readSmall("checkpoint", 1 << 16)).allPaths())
        .containsExactly("ckpt-t1r1-10");

    commit(second, 2, 20);
    assertThat(history().get(1).prefix()).isEqualTo(new Prefix(2, 1, 20));
    assertThat(history().get(1).attempts()).hasSize(2);
  }

  @Test
  void aRestartFromScratchMovesEverythingAway() throws Exception {
    commit(SmallRun.lead(store), 1, 10);
    CheckpointKeeper second = SmallRun.lead(store);
    assertThat(second.begin(SmallRun.startAt(2, Optional.empty())).isSettled()).isTrue();
    assertThat(store.list("")).isEmpty();
    assertThat(directory.plan().isFresh()).isTrue();
  }

  @Test
  void shardsOfDeadTermsAreRemovedAndOthersStay() throws Exception {
    CheckpointKeeper first = SmallRun.lead(store);
    SmallRun.write(first, new Prefix(1, 1, 10));
    store.create("notes.data-1").close();
    store.create("ckpt-5.data-00000-of-00001").close();
    assertThat(first.collectGarbage().isSettled()).isTrue();
    assertThat(store.list("")).hasSize(SmallRun.SHARDS + 2);

    CheckpointKeeper second = SmallRun.lead(store);
    SmallRun.write(second, new Prefix(2, 1, 10));
    assertThat(second.collectGarbage().isSettled()).isTrue();
    assertThat(store.list("").stream().map(o -> o.name()))
        .containsExactlyInAnyOrder(
            "notes.data-1",
            "ckpt-5.data-00000-of-00001",
            "ckpt-t2r1-10.data-00000-of-00003",
            "ckpt-t2r1-10.data-00001-of-00003",
            "ckpt-t2r1-10.data-00002-of-00003");
  }

  @Test
  void aZombieLeaderChangesNothing() throws Exception {
    CheckpointKeeper zombie = SmallRun.lead(store);
    commit(zombie, 1, 10);
    zombie.readBack(new Prefix(1, 1, 10));
    CommitRequest late = SmallRun.write(zombie, new Prefix(1, 1, 20));
    CheckpointKeeper successor = SmallRun.lead(disk.connect("successor").store());
    successor.settle();
    successor.begin(SmallRun.startAt(2, Optional.of(new Prefix(1, 1, 10))));
    commit(successor, 2, 20);
    var before = store.list("");

    assertThat(zombie.commit(late).status())
        .as("it does not know of the other step 20; the fence holds")
        .isEqualTo(CommitOutcome.Status.FENCED);
    CommitRequest other = SmallRun.write(zombie, new Prefix(1, 1, 30));
    assertThat(zombie.commit(other).status()).isEqualTo(CommitOutcome.Status.FENCED);
    assertThat(zombie.settle().isFenced()).isTrue();
    assertThat(zombie.abandon(other.prefix(), "x").isFenced()).isTrue();
    assertThat(successor.collectGarbage().isSettled()).isTrue();
    before = before.stream().filter(o -> !o.name().startsWith("ckpt-t1r1-20")).toList();
    assertThat(store.list("")).isEqualTo(before);
  }

  @Test
  void losingTheHoldfastFolderLosesNoCheckpoint() throws Exception {
    CheckpointKeeper keeper = SmallRun.lead(store);
    Prefix prefix = commit(keeper, 1, 10);
    keeper.readBack(prefix);
    disk.removeTree(".holdfast");

    CheckpointKeeper next = SmallRun.lead(store);
    assertThat(next.settle().isSettled()).isTrue();
    assertThat(directory.plan().start()).contains(prefix);
    assertThat(history().get(0).state()).isEqualTo(AttemptState.COMMITTED);
    assertThat(commit(next, 2, 20)).isEqualTo(new Prefix(2, 1, 20));
  }

  @Test
  void whatIsInFlightIsShownUntilItsTermEnds() throws Exception {
    CheckpointKeeper keeper = SmallRun.lead(store);
    keeper.note(new Prefix(1, 1, 10), AttemptState.REQUESTED, "every_steps");
    keeper.note(new Prefix(1, 1, 10), AttemptState.SNAPSHOT, "");
    assertThat(history().get(0).state()).isEqualTo(AttemptState.SNAPSHOT);
    SmallRun.lead(store);
    assertThat(history().get(0).state()).isEqualTo(AttemptState.ABANDONED);
  }

  @Test
  void aTornJournalLosesOnlyItsTornLine() throws Exception {
    CheckpointKeeper keeper = SmallRun.lead(store);
    keeper.note(new Prefix(1, 1, 10), AttemptState.REQUESTED, "first");
    keeper.close();
    try (var writer = store.append(".holdfast/journal/t1.jsonl")) {
      writer.write(ByteBuffer.wrap("{\"prefix\":\"ckpt-t1r1-10\",\"sta".getBytes("UTF-8")));
    }
    keeper.note(new Prefix(1, 1, 20), AttemptState.REQUESTED, "second");
    assertThat(history()).hasSize(2);
  }

  private Prefix commit(CheckpointKeeper keeper, long term, long step) throws IOException {
    Prefix prefix = new Prefix(term, 1, step);
    CommitOutcome outcome = keeper.commit(SmallRun.write(keeper, prefix));
    assertThat(outcome).isEqualTo(CommitOutcome.of(CommitOutcome.Status.COMMITTED, ""));
    return prefix;
  }

  private List<Long> steps() throws IOException {
    return directory.list().checkpoints().stream().map(c -> c.prefix().step()).toList();
  }

  private List<StepHistory> history() throws IOException {
    return CheckpointHistory.read(directory, Optional.of(SmallRun.KEEP_TWO), SmallRun.START);
  }
}
