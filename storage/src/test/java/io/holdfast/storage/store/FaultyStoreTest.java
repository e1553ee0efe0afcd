package io.holdfast.storage.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FaultyStoreTest extends ObjectStoreContract {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));
  private static final int SEEDS = 30;

  private final FaultyStore faulty = new FaultyStore(1, CLOCK);
  private final AtomicInteger clients = new AtomicInteger();

  @Override
  protected ObjectStore open() {
    return faulty.connect("client-" + clients.incrementAndGet()).store();
  }

  @Test
  void whatWasNotSyncedMayBeLostAndWhatWasIsNot() throws IOException {
    boolean lost = false;
    boolean torn = false;
    for (int seed = 0; seed < SEEDS; seed++) {
      FaultyStore disk = new FaultyStore(seed, CLOCK);
      ObjectStore store = disk.connect("a").store();
      write(store, "synced", "holdfast");
      ObjectWriter writer = store.create("unsynced");
      writer.write(ByteBuffer.wrap("holdfast".getBytes(UTF_8)));
      disk.crash();
      assertThatThrownBy(() -> store.list("")).isInstanceOf(ProcessKilledException.class);
      ObjectStore after = disk.connect("b").store();
      assertThat(read(after, "synced")).as("seed " + seed).isEqualTo("holdfast");
      try {
        torn |= !read(after, "unsynced").equals("holdfast");
      } catch (NoSuchFileException e) {
        lost = true;
      }
    }
    assertThat(lost).isTrue();
    assertThat(torn).isTrue();
  }

  @Test
  void aLinkSurvivesACrashAsItsSourceDoes() throws IOException {
    for (int seed = 0; seed < SEEDS; seed++) {
      FaultyStore disk = new FaultyStore(seed, CLOCK);
      ObjectStore store = disk.connect("a").store();
      write(store, "first", "holdfast");
      assertThat(store.link("first", "second")).isTrue();
      store.delete("first");
      disk.crash();
      assertThat(read(disk.connect("b").store(), "second"))
          .as("seed " + seed)
          .isEqualTo("holdfast");
    }
  }

  /** One leader's whole life on the store, and what it was told. */
  private static final class Life {
    final List<Long> won = new ArrayList<>();
    final List<String> published = new ArrayList<>();
    String checkpoint = "";
    String checkpointTried = "";
    boolean deleted;

    void run(ObjectStore store) throws IOException {
      if (!(store.claim(0) instanceof ClaimOutcome.Won win)) {
        return;
      }
      Tenure tenure = win.tenure();
      won.add(tenure.term());
      tenure.record(record(tenure.term(), 0));
      for (String name : List.of("a", "b")) {
        if (tenure.publish(name, name.repeat(50).getBytes(UTF_8)).isThere()) {
          published.add(name);
        }
        checkpointTried = name;
        if (tenure.replace("checkpoint", name.repeat(9).getBytes(UTF_8)).isSettled()) {
          checkpoint = name;
        }
      }
      if (published.contains("b") && tenure.delete("a").isSettled()) {
        deleted = true;
      }
      tenure.move("b", "away/b");
    }
  }

  /** At every single call to the file system in turn the given fault strikes. */
  @ParameterizedTest
  @EnumSource(value = Fault.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void everyCallCanFail(Fault fault) throws IOException {
    for (int seed = 0; seed < 5; seed++) {
      long calls = callsOfOneLife();
      for (long at = 0; at <= calls; at++) {
        check(
            new FaultyStore(seed, CLOCK), FaultPlan.once(at, fault), "seed " + seed + " at " + at);
      }
    }
  }

  private static long callsOfOneLife() throws IOException {
    FaultyStore.Client client = new FaultyStore(0, CLOCK).connect("whole");
    new Life().run(client.store());
    assertThat(client.calls()).isGreaterThan(30);
    return client.calls();
  }

  private static void check(FaultyStore disk, FaultPlan plan, String where) throws IOException {
    Life life = new Life();
    try {
      life.run(disk.connect("first", plan).store());
    } catch (ProcessKilledException | IOException e) {
      assertThat(e).as(where).isNotNull();
    }
    ObjectStore store = disk.connect("second").store();
    Tenure successor = claim(store);
    assertThat(life.won).as(where).allMatch(term -> term < successor.term());

    for (String name : List.of("a", "b")) {
      String place = name.equals("b") && names(store, "away").contains("away/b") ? "away/b" : name;
      boolean there = names(store, ObjectNames.parent(place)).contains(place);
      if (there) {
        assertThat(read(store, place)).as(where).isEqualTo(name.repeat(50));
      }
      if (name.equals("b") && life.published.contains("b")) {
        assertThat(there).as("%s: published and moved, never lost", where).isTrue();
      }
      if (name.equals("a") && life.deleted) {
        assertThat(there).as("%s: a is deleted", where).isFalse();
      }
    }
    if (!life.checkpoint.isEmpty()) {
      assertThat(read(store, "checkpoint"))
          .as(where)
          .isIn(life.checkpoint.repeat(9), life.checkpointTried.repeat(9));
    }
  }

  @Test
  void anUnknownPublishIsAskedAgain() throws IOException {
    for (Fault fault : List.of(Fault.ERROR, Fault.ERROR_AFTER)) {
      FaultyStore disk = new FaultyStore(3, CLOCK);
      FaultyStore.Client client = disk.connect("leader");
      Tenure tenure = claim(client.store());
      client.plan(FaultPlan.always("link", fault));
      assertThat(publish(tenure, "x", "1")).isEqualTo(PublishOutcome.Status.UNKNOWN);
      client.plan(FaultPlan.NONE);
      assertThat(publish(tenure, "x", "1"))
          .isEqualTo(
              fault == Fault.ERROR
                  ? PublishOutcome.Status.PUBLISHED
                  : PublishOutcome.Status.ALREADY_THERE_SAME);
    }
  }

  @Test
  void aFullDiskIsAKnownFailure() throws IOException {
    FaultyStore.Client client = faulty.connect("leader");
    Tenure tenure = claim(client.store());
    client.plan(FaultPlan.always("write", Fault.NO_SPACE));
    assertThat(publish(tenure, "x", "1")).isEqualTo(PublishOutcome.Status.FAILED);
    assertThat(tenure.replace("checkpoint", new byte[9]).status())
        .isEqualTo(EffectOutcome.Status.FAILED);
    client.plan(FaultPlan.NONE);
    assertThat(client.store().list("")).isEmpty();
  }

  @Test
  void aWriterThatFailedOnceNeverSyncs() throws IOException {
    FaultyStore.Client client = faulty.connect("worker");
    try (ObjectWriter writer = client.store().create("x")) {
      client.plan(FaultPlan.always("force", Fault.ERROR));
      assertThatThrownBy(writer::sync).isInstanceOf(IOException.class);
      client.plan(FaultPlan.NONE);
      assertThatThrownBy(writer::sync).isInstanceOf(IOException.class);
    }
  }

  /** A leader is paused before each call of a publish; a successor claims meanwhile. */
  @Test
  void aLeaderThatWakesInTheMidstOfAnythingIsFenced() throws IOException {
    long calls = callsOfOneLife();
    for (long at = 0; at <= calls; at++) {
      FaultyStore disk = new FaultyStore(5, CLOCK);
      AtomicReference<Seen> atClaim = new AtomicReference<>();
      Life zombie = new Life();
      FaultPlan pause = takeOverAt(at, disk, atClaim);
      try {
        zombie.run(disk.connect("zombie", pause).store());
      } catch (IOException e) {
        assertThat(zombie.won).as("paused at " + at).isEmpty();
      }
      if (atClaim.get() != null) {
        assertThat(Seen.by(disk.connect("reader").store()))
            .as("paused at " + at)
            .isEqualTo(atClaim.get());
      }
    }
  }

  private static FaultPlan takeOverAt(long at, FaultyStore disk, AtomicReference<Seen> atClaim) {
    return call -> {
      if (call.number() == at && disk.connect("probe").store().currentTerm().isPresent()) {
        ObjectStore store = disk.connect("successor").store();
        claim(store, 100);
        atClaim.set(Seen.by(store));
      }
      return Fault.NONE;
    };
  }

  /** All that a reader sees. */
  private record Seen(List<ObjectInfo> root, List<ObjectInfo> away, String checkpoint) {
    static Seen by(ObjectStore store) throws IOException {
      String checkpoint = "";
      if (names(store, "").contains("checkpoint")) {
        checkpoint = read(store, "checkpoint");
      }
      return new Seen(store.list(""), store.list("away"), checkpoint);
    }
  }
}
