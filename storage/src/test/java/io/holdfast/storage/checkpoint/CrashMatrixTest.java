package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.bundle.CheckpointState;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.store.Fault;
import io.holdfast.storage.store.FaultPlan;
import io.holdfast.storage.store.FaultyStore;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ProcessKilledException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The whole life of a run directory (resume from damage, saves, verification, retention) with a
 * fault at every single call to the file system in turn, watched by a reader before every call.
 */
class CrashMatrixTest {
  /** What a power loss leaves is random, what other faults do is not. */
  private static final int POWER_LOSS_SEEDS = 2;

  private static final int COMMIT_TRIES = 3;

  /** What must hold at every instant, and what it is checked against. */
  private static final class Watch {
    private final FaultyStore disk;
    private final String where;
    private final Set<Prefix> seenSaved = new HashSet<>();
    private final Set<Prefix> seenVerified = new HashSet<>();
    private final Set<Prefix> damaged = new HashSet<>();
    private long newestStep;

    Watch(FaultyStore disk, String where) {
      this.disk = disk;
      this.where = where;
    }

    void committed(Prefix prefix) {
      newestStep = Math.max(newestStep, prefix.step());
    }

    void verified(Prefix prefix) {
      seenVerified.add(prefix);
    }

    void check() throws IOException {
      ObjectStore store = disk.connect("watch").store();
      CheckpointDirectory directory = new CheckpointDirectory(store);
      Set<Prefix> live =
          directory.list().checkpoints().stream()
              .map(StoredCheckpoint::prefix)
              .collect(Collectors.toSet());
      Set<Prefix> whole = new HashSet<>();
      for (Prefix prefix : live) {
        if (directory.verify(prefix).isWhole()) {
          whole.add(prefix);
        } else {
          assertThat(damaged).as("%s: damaged without a cause", where).contains(prefix);
        }
      }
      checkNamed(store, live, whole);
      assertThat(whole.stream().mapToLong(Prefix::step).max().orElse(0))
          .as("%s: the newest committed goes back", where)
          .isGreaterThanOrEqualTo(newestStep);
      for (Prefix saved : seenSaved) {
        if (!live.contains(saved) && !damaged.contains(saved)) {
          assertThat(whole)
              .as("%s: %s is gone and no newer one is verified", where, saved)
              .anyMatch(p -> p.step() > saved.step() && seenVerified.contains(p));
        }
      }
      seenSaved.addAll(live);
    }

    private void checkNamed(ObjectStore store, Set<Prefix> live, Set<Prefix> whole)
        throws IOException {
      try {
        CheckpointState state =
            CheckpointState.parse("checkpoint", store.readSmall("checkpoint", 1 << 16));
        Prefix latest = Prefix.parse(state.modelCheckpointPath()).orElseThrow();
        assertThat(live).as("%s: checkpoint names what is gone", where).contains(latest);
        assertThat(state.allPaths())
            .as(where)
            .allMatch(path -> live.contains(Prefix.parse(path).orElseThrow()));
        if (!damaged.contains(latest)) {
          assertThat(whole).as("%s: latest_checkpoint is damaged", where).contains(latest);
        }
      } catch (NoSuchFileException e) {
        assertThat(e).as("%s: no checkpoint file names none", where).isNotNull();
      } catch (DamagedCheckpointException e) {
        throw new AssertionError(where, e);
      }
    }
  }

  /** Takes the lead, goes on from the newest good one and saves some steps. */
  private static void live(ObjectStore store, Watch watch, int saves) throws IOException {
    CheckpointKeeper keeper = SmallRun.lead(store);
    if (!keeper.settle().isSettled()) {
      return;
    }
    RecoveryPlan plan = keeper.directory().plan();
    assertThat(plan.isHopeless()).as(watch.where).isFalse();
    if (!keeper.accept(plan).isSettled()) {
      return;
    }
    plan.start().ifPresent(watch::verified);
    long term = keeper.term();
    if (!keeper.begin(SmallRun.startAt(term, plan.start())).isSettled()) {
      return;
    }
    keeper.collectGarbage();
    long first = plan.start().map(Prefix::step).orElse(0L) + 10;
    for (long step = first; step < first + 10L * saves; step += 10) {
      save(keeper, new Prefix(term, 1, step), watch);
    }
    keeper.close();
  }

  private static void save(CheckpointKeeper keeper, Prefix prefix, Watch watch) throws IOException {
    keeper.note(prefix, AttemptState.REQUESTED, "every_steps");
    CommitRequest request = SmallRun.write(keeper, prefix);
    CommitOutcome outcome = keeper.commit(request);
    for (int i = 1; i < COMMIT_TRIES && outcome.status() == CommitOutcome.Status.UNKNOWN; i++) {
      outcome = keeper.commit(request);
    }
    if (outcome.mayCleanUp()) {
      keeper.abandon(prefix, outcome.reason());
    }
    if (outcome.status() != CommitOutcome.Status.COMMITTED) {
      return;
    }
    watch.committed(prefix);
    assertThat(keeper.readBack(prefix).isDamaged()).as(watch.where).isFalse();
    watch.verified(prefix);
    keeper.pruner().apply(keeper.pruner().plan(SmallRun.KEEP_TWO));
  }

  /** A run that has three checkpoints of term 1, the newest of them damaged. */
  private static FaultyStore begun(long seed, Watch[] watch, String where) throws IOException {
    FaultyStore disk = new FaultyStore(seed, SmallRun.CLOCK);
    watch[0] = new Watch(disk, where);
    live(disk.connect("before").store(), watch[0], 3);
    watch[0].check();
    Prefix newest = new Prefix(1, 1, 30);
    disk.flip(newest.files().shard(2, SmallRun.SHARDS), 5, 0x10);
    watch[0].damaged.add(newest);
    watch[0].newestStep = 20;
    return disk;
  }

  private static List<FaultPlan.Call> callsOfOneLife() throws IOException {
    Watch[] watch = new Watch[1];
    FaultyStore disk = begun(0, watch, "counting");
    List<FaultPlan.Call> calls = new ArrayList<>();
    FaultPlan counting =
        call -> {
          calls.add(call);
          return Fault.NONE;
        };
    live(disk.connect("counted", counting).store(), watch[0], 2);
    return calls;
  }

  @Test
  void atEveryInstantReadersFindWhatWasPromised() throws IOException {
    Watch[] watch = new Watch[1];
    FaultyStore disk = begun(0, watch, "undisturbed");
    FaultPlan watching =
        call -> {
          if (call.isChange()) {
            watch[0].check();
          }
          return Fault.NONE;
        };
    live(disk.connect("leader", watching).store(), watch[0], 3);
    watch[0].check();
    assertThat(watch[0].newestStep).isEqualTo(50);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"KILL_AFTER", "POWER_LOSS_AFTER", "ERROR", "ERROR_AFTER", "NO_SPACE"})
  void everyCallCanFail(Fault fault) throws IOException {
    List<FaultPlan.Call> calls = callsOfOneLife().stream().filter(c -> matters(fault, c)).toList();
    assertThat(calls).hasSizeGreaterThan(30);
    for (int seed = 0; seed < seeds(fault); seed++) {
      for (FaultPlan.Call call : calls) {
        long at = call.number();
        String where = fault + " at call " + at + ", seed " + seed;
        Watch[] watch = new Watch[1];
        FaultyStore disk = begun(seed, watch, where);
        try {
          live(disk.connect("leader", FaultPlan.once(at, fault)).store(), watch[0], 2);
        } catch (ProcessKilledException | IOException e) {
          assertThat(e).as(where).isNotNull();
        }
        watch[0].check();
        long before = watch[0].newestStep;
        live(disk.connect("successor").store(), watch[0], 1);
        watch[0].check();
        assertThat(watch[0].newestStep).as(where).isGreaterThanOrEqualTo(before + 10);
        checkNothingLeft(disk, where);
      }
    }
  }

  /** A death before a call is a death after the change before it; reads can only fail. */
  private static boolean matters(Fault fault, FaultPlan.Call call) {
    return switch (fault) {
      case ERROR -> true;
      case NO_SPACE -> call.operation().equals("write") || call.operation().equals("create");
      default -> call.isChange();
    };
  }

  private static int seeds(Fault fault) {
    return fault.name().startsWith("POWER_LOSS") ? POWER_LOSS_SEEDS : 1;
  }

  /** Everything in the directory is accounted for, and the damaged one lies in the quarantine. */
  private static void checkNothingLeft(FaultyStore disk, String where) throws IOException {
    ObjectStore store = disk.connect("after").store();
    CheckpointDirectory directory = new CheckpointDirectory(store);
    DirectoryListing listing = directory.list();
    assertThat(listing.voided()).as(where).isEmpty();
    assertThat(listing.orphans()).as(where).isEmpty();
    assertThat(listing.checkpoints()).as(where).hasSize(2);
    assertThat(store.list(CheckpointKeeper.QUARANTINE).stream().map(o -> o.name()))
        .as(where)
        .hasSize(2 + SmallRun.SHARDS)
        .anyMatch(name -> name.endsWith(".reason.txt"));
    List<StepHistory> history =
        CheckpointHistory.read(directory, Optional.of(SmallRun.KEEP_TWO), SmallRun.START);
    assertThat(history.stream().filter(step -> step.state().isSaved()).map(StepHistory::prefix))
        .as(where)
        .containsExactlyElementsOf(
            listing.checkpoints().stream().map(StoredCheckpoint::prefix).toList());
  }

  /** Before every call of a leader in turn another one takes over and goes on. */
  @Test
  void aLeaderThatWakesAnywhereChangesNothing() throws IOException {
    List<FaultPlan.Call> calls = callsOfOneLife();
    long fenced = 0;
    for (long at = 0; at < calls.size(); at++) {
      String where = "woken at call " + at;
      Watch[] watch = new Watch[1];
      FaultyStore disk = begun(1, watch, where);
      long wake = at;
      AtomicReference<Optional<Seen>> atTakeover = new AtomicReference<>(Optional.empty());
      FaultPlan pause =
          call -> {
            if (call.number() == wake) {
              live(disk.connect("successor").store(), watch[0], 1);
              atTakeover.set(Optional.of(Seen.by(disk)));
            }
            return Fault.NONE;
          };
      try {
        live(disk.connect("zombie", pause).store(), watch[0], 2);
      } catch (IOException e) {
        assertThat(e).as(where).isNotNull();
      }
      watch[0].check();
      Seen seen = atTakeover.get().orElseThrow();
      if (Seen.by(disk).term() == seen.term()) {
        fenced++;
        assertThat(Seen.by(disk)).as(where).isEqualTo(seen);
      }
    }
    assertThat(fenced).as("those woken after their claim").isGreaterThan(calls.size() - 20L);
  }

  /** What readers see of the run. */
  private record Seen(long term, List<StoredCheckpoint> checkpoints, String state) {
    static Seen by(FaultyStore disk) throws IOException {
      ObjectStore store = disk.connect("reader").store();
      return new Seen(
          store.currentTerm().orElseThrow(),
          new CheckpointDirectory(store).list().checkpoints(),
          new String(store.readSmall("checkpoint", 1 << 16), StandardCharsets.UTF_8));
    }
  }
}
