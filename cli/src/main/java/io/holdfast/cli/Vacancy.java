package io.holdfast.cli;

import io.holdfast.coordinator.server.LeaderLease;
import io.holdfast.coordinator.server.LocalHost;
import io.holdfast.storage.store.LeaderRecord;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.util.Optional;

/** Whether somebody leads a run in which something is to be changed. */
final class Vacancy {
  private Vacancy() {}

  /** Bad input if somebody leads the run; waits for at most one lease to know. */
  static void require(RunLocation run, ObjectStore store) throws InterruptedException {
    Optional<LeaderRecord> leader = leader(run, store);
    if (leader.isPresent()) {
      throw CommandFailedException.badInput(
          "RUN: "
              + run.given()
              + ": a coordinator leads this run at "
              + leader.get().address()
              + " (pid "
              + leader.get().pid()
              + " on "
              + leader.get().host()
              + "); allowed: another directory, or to stop that one first");
    }
  }

  /** The coordinator that leads a run; empty if none lives. Waits for at most one lease to know. */
  static Optional<CoordinatorAt> leaderOf(StoredRun stored) throws InterruptedException {
    return leader(stored.location(), stored.directory().store())
        .map(leader -> new CoordinatorAt(HostAndPort.parse(LeaderRecord.NAME, leader.address())));
  }

  private static Optional<LeaderRecord> leader(RunLocation run, ObjectStore store)
      throws InterruptedException {
    try {
      return new LeaderLease(store, LocalHost.NAME, LeaderLease.LEASE).livingLeader();
    } catch (IOException e) {
      throw CommandFailedException.unreachable(run.given() + ": cannot be read: " + e.getMessage());
    }
  }
}
