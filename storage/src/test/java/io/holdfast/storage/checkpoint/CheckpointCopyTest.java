package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.store.Fault;
import io.holdfast.storage.store.FaultPlan;
import io.holdfast.storage.store.FaultyStore;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import io.holdfast.storage.store.ProcessKilledException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CheckpointCopyTest {
  private static final Prefix ORIGINAL = new Prefix(1, 1, 10);

  private final ObjectStore source = new FaultyStore(3, SmallRun.CLOCK).connect("a").store();
  private final FaultyStore disk = new FaultyStore(4, SmallRun.CLOCK);
  private final FaultyStore.Client client = disk.connect("b");
  private final ObjectStore target = client.store();

  @BeforeEach
  void saveTheOriginal() throws Exception {
    CheckpointKeeper keeper = SmallRun.lead(source);
    assertThat(keeper.commit(SmallRun.write(keeper, ORIGINAL)).status())
        .isEqualTo(CommitOutcome.Status.COMMITTED);
  }

  @Test
  void aCopyHasTheSameBitsInAnyNumberOfShardFiles() throws Exception {
    try (BundleReader original = open(source, ORIGINAL)) {
      assertThat(CheckpointCopy.mostShards(original.index())).isEqualTo(4);
      for (int shards = 1; shards <= 4; shards++) {
        ObjectStore fresh = new FaultyStore(5, SmallRun.CLOCK).connect("fresh").store();
        CheckpointCopy copy = new CheckpointCopy(original, lead(fresh), 10, shards);
        assertThat(copy.run().status()).isEqualTo(CommitOutcome.Status.COMMITTED);
        CheckpointDirectory directory = new CheckpointDirectory(fresh);
        assertThat(directory.verify(copy.prefix()).isClean()).isTrue();
        assertThat(directory.list().newest().orElseThrow().shardFiles()).hasSize(shards);
        assertThat(fresh.list("")).as("index, shards, checkpoint").hasSize(shards + 2);
        assertThat(directory.metadata(copy.prefix()))
            .isEqualTo(SmallRun.metadata(copy.prefix(), Map.of("val_loss", 1.0 / 11)));
        try (BundleReader copied = directory.open(copy.prefix())) {
          assertThat(CheckpointDigest.of(copied)).isEqualTo(CheckpointDigest.of(original));
          assertThat(copied.readString(CheckpointKeys.OBJECT_GRAPH)).isEqualTo("graph");
        }
      }
    }
  }

  @Test
  void whatTheRunHasStays() throws Exception {
    CheckpointKeeper keeper = SmallRun.lead(target);
    for (long step = 20; step <= 30; step += 10) {
      keeper.commit(SmallRun.write(keeper, new Prefix(1, 1, step)));
    }
    assertThat(copy(2).status()).isEqualTo(CommitOutcome.Status.COMMITTED);
    CheckpointDirectory directory = new CheckpointDirectory(target);
    assertThat(directory.list().checkpoints())
        .extracting(StoredCheckpoint::prefix)
        .containsExactly(new Prefix(2, 0, 10), new Prefix(1, 1, 20), new Prefix(1, 1, 30));
    assertThat(directory.plan().start()).contains(new Prefix(1, 1, 30));
    assertThat(copy(2).status()).as("the step is taken").isEqualTo(CommitOutcome.Status.REJECTED);
    assertThat(directory.list().orphans()).isEmpty();
  }

  @Test
  void aDamagedOriginalLeavesNothing() throws Exception {
    String shard = ORIGINAL.files().shard(2, SmallRun.SHARDS);
    byte[] bytes = source.readSmall(shard, 1 << 10);
    source.delete(shard);
    bytes[5] ^= 1;
    try (ObjectWriter out = source.create(shard)) {
      out.write(ByteBuffer.wrap(bytes));
    }
    assertThatThrownBy(() -> copy(2))
        .isInstanceOf(DamagedCheckpointException.class)
        .hasMessageContaining(shard);
    assertThat(target.list("")).isEmpty();
  }

  @Test
  void aFullDiskLeavesNothing() throws Exception {
    CheckpointKeeper keeper = lead(target);
    client.plan(
        call ->
            call.operation().equals("write") && call.path().startsWith("ckpt-")
                ? Fault.NO_SPACE
                : Fault.NONE);
    try (BundleReader original = open(source, ORIGINAL)) {
      CheckpointCopy copy = new CheckpointCopy(original, keeper, 10, 3);
      assertThatThrownBy(copy::run).isInstanceOf(IOException.class);
    }
    assertThat(target.list("")).isEmpty();
  }

  @Test
  void whoLostTheLeadCommitsNothing() throws Exception {
    CheckpointKeeper keeper = lead(target);
    SmallRun.claim(disk.connect("another").store());
    try (BundleReader original = open(source, ORIGINAL)) {
      CheckpointCopy copy = new CheckpointCopy(original, keeper, 10, 3);
      assertThat(copy.run().status()).isEqualTo(CommitOutcome.Status.FENCED);
    }
    assertThat(new CheckpointDirectory(target).list().checkpoints()).isEmpty();
  }

  /**
   * Killed at each call in turn, there is the whole copy or none, and the next leader tidies up.
   */
  @Test
  void killedAnywhereItIsWholeOrNotThere() throws Exception {
    boolean killed = true;
    for (long call = 0; killed; call++) {
      FaultyStore fresh = new FaultyStore(call, SmallRun.CLOCK);
      FaultyStore.Client victim = fresh.connect("victim");
      CheckpointKeeper keeper = lead(victim.store());
      victim.plan(FaultPlan.once(victim.calls() + call, Fault.KILL_AFTER));
      killed = false;
      try (BundleReader original = open(source, ORIGINAL)) {
        new CheckpointCopy(original, keeper, 10, 2).run();
      } catch (ProcessKilledException e) {
        killed = true;
      }
      ObjectStore next = fresh.connect("next").store();
      CheckpointDirectory directory = new CheckpointDirectory(next);
      for (StoredCheckpoint there : directory.list().checkpoints()) {
        assertThat(directory.verify(there.prefix()).isWhole()).as("call %d", call).isTrue();
      }
      CheckpointKeeper successor = lead(next);
      assertThat(successor.collectGarbage().isSettled()).isTrue();
      assertThat(directory.list().orphans()).as("call %d", call).isEmpty();
    }
  }

  private CommitOutcome copy(int shards) throws Exception {
    try (BundleReader original = open(source, ORIGINAL)) {
      return new CheckpointCopy(original, lead(target), 10, shards).run();
    }
  }

  private static CheckpointKeeper lead(ObjectStore store) throws IOException {
    CheckpointKeeper keeper = SmallRun.lead(store);
    keeper.settle();
    Optional<Prefix> newest = keeper.directory().list().newest().map(StoredCheckpoint::prefix);
    assertThat(keeper.begin(SmallRun.startAt(keeper.term(), newest)).isSettled()).isTrue();
    return keeper;
  }

  private static BundleReader open(ObjectStore store, Prefix prefix) throws Exception {
    return new CheckpointDirectory(store).open(prefix);
  }
}
