package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.store.Fault;
import io.holdfast.storage.store.FaultPlan;
import io.holdfast.storage.store.FaultyStore;
import io.holdfast.storage.store.LocalStore;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Damage to each file of the newest checkpoint in turn, on a real disk. */
class DamageTest {
  private static final Prefix OLD = new Prefix(1, 1, 10);
  private static final Prefix NEW = new Prefix(1, 1, 20);

  /** What is done to a file. */
  enum Damage {
    FLIP_FIRST {
      @Override
      void inflict(Path file) throws IOException {
        flip(file, 0);
      }
    },
    FLIP_MIDDLE {
      @Override
      void inflict(Path file) throws IOException {
        flip(file, Files.size(file) / 2);
      }
    },
    FLIP_LAST {
      @Override
      void inflict(Path file) throws IOException {
        flip(file, Files.size(file) - 1);
      }
    },
    CUT_OFF {
      @Override
      void inflict(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(channel.size() - 1);
        }
      }
    },
    EMPTY {
      @Override
      void inflict(Path file) throws IOException {
        Files.write(file, new byte[0]);
      }
    },
    GROWN {
      @Override
      void inflict(Path file) throws IOException {
        Files.write(file, new byte[1], StandardOpenOption.APPEND);
      }
    },
    FOREIGN {
      @Override
      void inflict(Path file) throws IOException {
        String leaf = file.getFileName().toString();
        Path other = file.resolveSibling(leaf.replace(NEW.toString(), OLD.toString()));
        Files.copy(other, file, StandardCopyOption.REPLACE_EXISTING);
      }
    };

    abstract void inflict(Path file) throws IOException;

    static void flip(Path file, long position) throws IOException {
      byte[] bytes = Files.readAllBytes(file);
      bytes[(int) position] ^= 0x04;
      Files.write(file, bytes);
    }
  }

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Damage.class)
  void damageIsFoundNamedAndMovedAway(Damage damage) throws IOException {
    for (String leaf : filesOfNewest()) {
      Path run = Files.createDirectory(directory.resolve(damage + "-" + leaf));
      begin(run);
      damage.inflict(run.resolve(leaf));
      checkFallback(run, leaf);
    }
  }

  @Test
  void aMissingShardIsFoundNamedAndTheRestMovedAway() throws IOException {
    for (String leaf : filesOfNewest().subList(1, 1 + SmallRun.SHARDS)) {
      Path run = Files.createDirectory(directory.resolve("missing-" + leaf));
      begin(run);
      Files.delete(run.resolve(leaf));
      checkFallback(run, leaf);
    }
  }

  /** Every file of the older one under the names of the newer one: each byte of it is sound. */
  @Test
  void aWholeForeignCheckpointIsFoundOut() throws IOException {
    Path run = Files.createDirectory(directory.resolve("swapped"));
    begin(run);
    for (String leaf : filesOfNewest()) {
      Damage.FOREIGN.inflict(run.resolve(leaf));
    }
    checkFallback(run, NEW.files().index());
  }

  private static List<String> filesOfNewest() {
    List<String> names = new ArrayList<>(List.of(NEW.files().index()));
    for (int shard = 0; shard < SmallRun.SHARDS; shard++) {
      names.add(NEW.files().shard(shard, SmallRun.SHARDS));
    }
    return names;
  }

  private static void begin(Path run) throws IOException {
    CheckpointKeeper keeper = SmallRun.lead(LocalStore.open(run));
    for (Prefix prefix : List.of(OLD, NEW)) {
      CommitOutcome outcome = keeper.commit(SmallRun.write(keeper, prefix));
      assertThat(outcome.status()).isEqualTo(CommitOutcome.Status.COMMITTED);
      assertThat(keeper.readBack(prefix).isClean()).isTrue();
    }
    keeper.close();
  }

  private static void checkFallback(Path run, String leaf) throws IOException {
    long files = count(run);
    ObjectStore store = LocalStore.open(run);
    CheckpointDirectory reader = new CheckpointDirectory(store);
    VerificationReport report = reader.verify(NEW);
    assertThat(report.isDamaged()).as(leaf).isTrue();
    assertThat(report.damage()).as(leaf).anyMatch(finding -> finding.file().equals(leaf));
    assertThat(reader.verify(OLD).isClean()).isTrue();

    CheckpointKeeper keeper = SmallRun.lead(store);
    assertThat(keeper.settle().isSettled()).isTrue();
    RecoveryPlan plan = reader.plan();
    assertThat(plan.start()).contains(OLD);
    assertThat(plan.damaged()).extracting(VerificationReport::prefix).containsExactly(NEW);
    assertThat(keeper.quarantine(plan.damaged().get(0)).isSettled()).isTrue();
    assertThat(keeper.begin(SmallRun.startAt(2, plan.start())).isSettled()).isTrue();
    assertThat(keeper.collectGarbage().isSettled()).isTrue();
    keeper.close();

    assertThat(count(run))
        .as("nothing is lost; added are the reason, the claim and its journal")
        .isEqualTo(files + 3);
    assertThat(Files.readString(run.resolve(".holdfast/quarantine/" + NEW + ".reason.txt")))
        .contains(leaf);
    assertThat(Files.readString(run.resolve("checkpoint"))).contains(OLD.toString());
    assertThat(Files.readString(run.resolve("checkpoint"))).doesNotContain(NEW.toString());
    List<StepHistory> history = CheckpointHistory.read(reader, Optional.empty(), SmallRun.START);
    assertThat(history.stream().map(StepHistory::state))
        .containsExactly(AttemptState.VERIFIED, AttemptState.QUARANTINED);
  }

  private static long count(Path run) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  @Test
  void foreignFilesBesideAWholeCheckpointAreNamedAndDoNotHurtIt() throws IOException {
    begin(directory);
    String foreign = NEW + ".data-00003-of-00004";
    Files.write(directory.resolve(foreign), new byte[3]);
    CheckpointDirectory reader = new CheckpointDirectory(LocalStore.open(directory));
    VerificationReport report = reader.verify(NEW);
    assertThat(report.isWhole()).isTrue();
    assertThat(report.isClean()).isFalse();
    assertThat(report.foreign()).extracting("file").containsExactly(foreign);
    assertThat(reader.plan().start()).contains(NEW);

    CheckpointKeeper keeper = SmallRun.lead(reader.store());
    assertThat(keeper.quarantineForeign(report).isSettled()).isTrue();
    assertThat(reader.verify(NEW).isClean()).isTrue();
    assertThat(directory.resolve(".holdfast/quarantine/" + foreign)).exists();
  }

  @Test
  void ifAllAreDamagedNothingIsTouched() throws IOException {
    begin(directory);
    for (Prefix prefix : List.of(OLD, NEW)) {
      Damage.FLIP_MIDDLE.inflict(directory.resolve(prefix.files().index()));
    }
    RecoveryPlan plan = new CheckpointDirectory(LocalStore.open(directory)).plan();
    assertThat(plan.isHopeless()).isTrue();
    assertThat(plan.damaged()).extracting(VerificationReport::prefix).containsExactly(NEW, OLD);
    assertThat(directory.resolve(NEW.files().index())).exists();
  }

  @Test
  void whatCannotBeReadIsNotDamaged() throws IOException {
    FaultyStore disk = new FaultyStore(1, SmallRun.CLOCK);
    CheckpointKeeper keeper = SmallRun.lead(disk.connect("leader").store());
    for (Prefix prefix : List.of(OLD, NEW)) {
      keeper.commit(SmallRun.write(keeper, prefix));
    }
    FaultyStore.Client client = disk.connect("reader");
    CheckpointDirectory reader = new CheckpointDirectory(client.store());
    for (String operation : List.of("open", "read", "list")) {
      client.plan(FaultPlan.always(operation, Fault.ERROR));
      assertThatThrownBy(reader::plan).as(operation).isInstanceOf(IOException.class);
    }
    client.plan(FaultPlan.NONE);
    assertThat(reader.plan().start()).contains(NEW);
  }

  @Test
  void whatRetentionRemovesMeanwhileIsNotDamaged() throws IOException {
    FaultyStore disk = new FaultyStore(1, SmallRun.CLOCK);
    ObjectStore store = disk.connect("leader").store();
    CheckpointKeeper keeper = SmallRun.lead(store);
    for (Prefix prefix : List.of(OLD, NEW)) {
      keeper.commit(SmallRun.write(keeper, prefix));
    }
    boolean[] removed = {false};
    FaultPlan removing =
        call -> {
          if (call.path().equals(OLD.files().shard(1, SmallRun.SHARDS)) && !removed[0]) {
            removed[0] = true;
            store.delete(OLD.files().index());
            store.delete(OLD.files().shard(1, SmallRun.SHARDS));
          }
          return Fault.NONE;
        };
    CheckpointDirectory reader = new CheckpointDirectory(disk.connect("reader", removing).store());
    VerificationReport report = reader.verify(OLD);
    assertThat(removed[0]).isTrue();
    assertThat(report.gone()).isTrue();
    assertThat(report.isDamaged()).isFalse();
    assertThat(report.isWhole()).isFalse();
  }
}
