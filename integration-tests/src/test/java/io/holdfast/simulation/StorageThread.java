package io.holdfast.simulation;

import io.holdfast.coordinator.protocol.Checkpoint;
import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.coordinator.protocol.LeaderEvent.CommitOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.FindOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.Quarantined;
import io.holdfast.coordinator.protocol.LeaderEvent.VerifyOutcome;
import io.holdfast.coordinator.protocol.Save;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Carries out a coordinator's storage effects one after the other, each in atomic steps with time
 * between them: a pause or a crash may come between any two.
 */
final class StorageThread {
  private final Simulation simulation;
  private final World world;
  private final SimStore store;
  private final SimCoordinator owner;
  private final Deque<Runnable> steps = new ArrayDeque<>();
  private final Set<String> unknown = new HashSet<>();
  private boolean busy;

  StorageThread(Simulation simulation, SimCoordinator owner) {
    this.simulation = simulation;
    this.world = simulation.world;
    this.store = simulation.store;
    this.owner = owner;
  }

  void carryOut(LeaderEffect effect) {
    if (effect instanceof LeaderEffect.Verify verify) {
      world.after(duration(), owner, () -> verify(verify.prefix()));
    } else if (effect instanceof LeaderEffect.Commit commit) {
      add(() -> commit(commit));
    } else if (effect instanceof LeaderEffect.FindNewestGood find) {
      add(() -> find(find, new ArrayList<>()));
    } else if (effect instanceof LeaderEffect.Discard discard) {
      add(() -> discard(discard.prefix()));
    } else if (effect instanceof LeaderEffect.Retain retain) {
      add(() -> retain(retain.inUse()));
    }
  }

  private long duration() {
    return world.chance(0.05)
        ? world.between(500 * World.MILLI, 3 * World.SECOND)
        : world.between(World.MILLI, 60 * World.MILLI);
  }

  private void add(Runnable step) {
    steps.addLast(step);
    if (!busy) {
      busy = true;
      world.after(duration(), owner, this::run);
    }
  }

  private void run() {
    steps.removeFirst().run();
    busy = !steps.isEmpty();
    if (busy) {
      world.after(duration(), owner, this::run);
    }
  }

  private void commit(LeaderEffect.Commit commit) {
    CommitOutcome outcome = publish(commit);
    boolean committed = outcome instanceof CommitOutcome.Committed;
    if (!committed) {
      owner.apply(new LeaderEvent.CommitDone(commit.prefix(), outcome));
      return;
    }
    steps.addFirst(
        () -> {
          if (!store.fenced(owner.term) && store.index(commit.prefix()).isPresent()) {
            store.mark(owner.term, commit.prefix());
          }
          owner.apply(new LeaderEvent.CommitDone(commit.prefix(), outcome));
        });
  }

  /** A fault after an unknown outcome stays unknown: only a known failure may clean up. */
  private CommitOutcome publish(LeaderEffect.Commit commit) {
    String prefix = commit.prefix();
    if (store.fenced(owner.term)) {
      return new CommitOutcome.Fenced("a newer term");
    }
    if (store.isQuarantined(prefix)) {
      return new CommitOutcome.Abandoned("put aside");
    }
    boolean fault = world.chance(simulation.storageFaults());
    if (fault && !unknown.contains(prefix) && world.chance(0.4)) {
      return new CommitOutcome.Abandoned("ENOSPC");
    }
    if (fault) {
      unknown.add(prefix);
    }
    if (!fault || world.chance(0.5)) {
      store.publish(owner.term, index(commit));
    }
    if (!fault) {
      return new CommitOutcome.Committed(1);
    }
    return simulation.mutation == Mutation.UNKNOWN_IS_FAILED
        ? new CommitOutcome.Abandoned("timed out")
        : new CommitOutcome.Unknown("timed out");
  }

  private SimStore.Index index(LeaderEffect.Commit commit) {
    Set<Integer> shards =
        commit.files().stream()
            .map(LeaderEffect.ShardFile::shard)
            .collect(Collectors.toCollection(TreeSet::new));
    return new SimStore.Index(
        commit.prefix(), commit.step(), owner.term, shards, commit.metadata());
  }

  void publishEarly(Save save) {
    Set<Integer> shards = new TreeSet<>();
    for (int i = 1; i <= save.writers().size(); i++) {
      shards.add(i);
    }
    add(
        () ->
            store.publish(
                owner.term,
                new SimStore.Index(
                    save.prefix(), save.step(), owner.term, shards, save.metadata())));
  }

  private void find(LeaderEffect.FindNewestGood find, List<Quarantined> quarantined) {
    if (store.fenced(owner.term)) {
      owner.apply(new LeaderEvent.Fenced("a newer term"));
      return;
    }
    if (world.chance(simulation.storageFaults())) {
      found(find, new FindOutcome.Unreadable("NameNode down"), quarantined);
      return;
    }
    if (store.live().isEmpty()) {
      FindOutcome none =
          quarantined.isEmpty()
              ? new FindOutcome.Found(Optional.empty())
              : new FindOutcome.AllDamaged("all");
      found(find, none, quarantined);
      return;
    }
    SimStore.Index newest = store.live().lastEntry().getValue();
    if (store.isWhole(newest)) {
      // A predecessor may have died between its commit and this.
      store.mark(owner.term, newest.prefix());
      found(
          find,
          new FindOutcome.Found(
              Optional.of(
                  new Checkpoint(
                      newest.prefix(),
                      newest.step(),
                      newest.metadata(),
                      Optional.of(checksums(newest))))),
          quarantined);
      return;
    }
    store.quarantine(owner.term, newest);
    quarantined.add(new Quarantined(newest.prefix(), "crc"));
    steps.addFirst(() -> find(find, quarantined));
  }

  /** What the index says of each slice: the value, and the same again for the slot. */
  private List<List<Integer>> checksums(SimStore.Index index) {
    Map<Integer, Long> values = new TreeMap<>();
    for (int shard : index.shards()) {
      store.read(index.prefix(), shard).ifPresent(file -> values.putAll(file.values));
    }
    return simulation.run.plan.groups().stream()
        .map(
            group ->
                Collections.nCopies(
                    1 + group.slots().size(), ToyRun.checksum(values.get(group.index()))))
        .toList();
  }

  private void found(
      LeaderEffect.FindNewestGood find, FindOutcome outcome, List<Quarantined> quarantined) {
    owner.apply(new LeaderEvent.FindDone(find.request(), outcome, quarantined));
  }

  private void verify(String prefix) {
    VerifyOutcome outcome = verified(prefix);
    owner.apply(new LeaderEvent.VerifyDone(prefix, outcome));
  }

  private VerifyOutcome verified(String prefix) {
    if (world.chance(simulation.storageFaults())) {
      return new VerifyOutcome.Unreadable("EIO");
    }
    Optional<SimStore.Index> index = store.index(prefix);
    if (index.isPresent() && store.isWhole(index.get())) {
      store.markVerified(prefix);
      return new VerifyOutcome.Good();
    }
    if (index.isPresent() && store.fenced(owner.term)) {
      return new VerifyOutcome.Unreadable("fenced");
    }
    index.ifPresent(damaged -> store.quarantine(owner.term, damaged));
    return new VerifyOutcome.Damaged("crc or gone");
  }

  private void discard(String prefix) {
    for (int shard = 0; shard < 8; shard++) {
      if (store.read(prefix, shard).isPresent() && !store.fenced(owner.term)) {
        store.deleteFile(owner.term, SimStore.file(prefix, shard));
      }
    }
  }

  /** The newest so many that count stay, and all that are newer than those; one step each. */
  private void retain(Set<String> inUse) {
    boolean all =
        !simulation.run.plan.checkpoint().verifyAfter()
            || simulation.mutation == Mutation.RETAIN_UNVERIFIED;
    List<SimStore.Index> counting =
        store.live().descendingMap().values().stream()
            .filter(index -> all || store.isVerified(index))
            .toList();
    int keep = simulation.run.plan.checkpoint().retention().maxToKeep();
    counting.stream()
        .skip(keep)
        .filter(index -> !inUse.contains(index.prefix()))
        .forEach(index -> steps.addFirst(() -> delete(index)));
  }

  private void delete(SimStore.Index index) {
    if (store.fenced(owner.term) || store.index(index.prefix()).isEmpty()) {
      return;
    }
    store.deleteIndex(owner.term, index);
    steps.addFirst(() -> discard(index.prefix()));
  }
}
