package io.holdfast.storage.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link ObjectStore} promises; a store's own test extends this. */
public abstract class ObjectStoreContract {

  /** A further handle on one and the same store, empty at the start of a test. */
  protected abstract ObjectStore open() throws IOException;

  @Test
  void anObjectReadsBackAsWritten() throws IOException {
    ObjectStore store = open();
    try (ObjectWriter writer = store.create("a/b.data")) {
      writer.write(bytes("hold"));
      assertThat(writer.position()).isEqualTo(4);
      writer.write(bytes("fast"));
      writer.sync();
      assertThat(writer.position()).isEqualTo(8);
    }
    assertThat(read(open(), "a/b.data")).isEqualTo("holdfast");
    try (ObjectReader reader = open().open("a/b.data")) {
      ByteBuffer middle = ByteBuffer.allocate(4);
      reader.readFully(2, middle);
      assertThat(new String(middle.array(), UTF_8)).isEqualTo("ldfa");
      assertThatThrownBy(() -> reader.readFully(5, ByteBuffer.allocate(4)))
          .isInstanceOf(EOFException.class);
    }
  }

  @Test
  void createIsExclusive() throws IOException {
    ObjectStore store = open();
    store.create("x").close();
    assertThatThrownBy(() -> open().create("x")).isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void ofManyCreatorsOneWins() throws Exception {
    for (int round = 0; round < 20; round++) {
      String name = "race-" + round;
      List<Boolean> won = together(4, () -> created(open(), name));
      assertThat(won).as(name).containsOnlyOnce(true);
    }
  }

  private static boolean created(ObjectStore store, String name) throws IOException {
    try {
      store.create(name).close();
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  @Test
  void aMissingObjectIsNamed() throws IOException {
    ObjectStore store = open();
    assertThatThrownBy(() -> store.open("no")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> store.open("no/where")).isInstanceOf(NoSuchFileException.class);
    assertThat(store.delete("no")).isFalse();
    assertThat(store.delete("no/where")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/x", "x/", "a//b", "../x", "a/../b", ".", "a\\b", "a\0b"})
  void namesCannotLeaveTheStore(String name) throws IOException {
    ObjectStore store = open();
    assertThatThrownBy(() -> store.create(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.open(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.delete(name)).isInstanceOf(IllegalArgumentException.class);
    Tenure tenure = claim(store);
    assertThatThrownBy(() -> tenure.publish(name, new byte[1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tenure.move("x", name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aListingShowsObjectsOfOneDirectoryInOrder() throws IOException {
    ObjectStore store = open();
    write(store, "b", "22");
    write(store, "a", "1");
    write(store, "d/c", "333");
    claim(store);
    assertThat(store.list("").stream().map(o -> o.name() + ":" + o.length()))
        .containsExactly("a:1", "b:2");
    assertThat(store.list("d").stream().map(ObjectInfo::name)).containsExactly("d/c");
    assertThat(store.list("none")).isEmpty();
    assertThat(store.list("", "b").stream().map(ObjectInfo::name)).containsExactly("b");
    assertThat(store.list("d", "c").stream().map(ObjectInfo::name)).containsExactly("d/c");
    assertThat(store.list("d", "d")).isEmpty();
    assertThat(store.list("").get(0).modified()).isAfter(Instant.EPOCH);
  }

  @Test
  void smallReadsAreBounded() throws IOException {
    ObjectStore store = open();
    write(store, "x", "12345");
    assertThat(store.readSmall("x", 5)).hasSize(5);
    assertThatThrownBy(() -> store.readSmall("x", 4)).isInstanceOf(ObjectTooLargeException.class);
  }

  @Test
  void anAppendStreamGoesOnWhereItStopped() throws IOException {
    for (String part : List.of("one ", "two ", "three")) {
      try (ObjectWriter writer = open().append("logs/events")) {
        writer.write(bytes(part));
        writer.sync();
      }
    }
    assertThat(read(open(), "logs/events")).isEqualTo("one two three");
    try (ObjectWriter writer = open().append("logs/events")) {
      assertThat(writer.position()).isEqualTo(13);
    }
  }

  @Test
  void aLinkIsASecondNameOrNothing() throws IOException {
    ObjectStore store = open();
    write(store, "a", "one");
    write(store, "taken", "two");
    if (!store.link("a", "b")) {
      assertThat(names(store, "")).containsExactlyInAnyOrder("a", "taken");
      return;
    }
    assertThatThrownBy(() -> store.link("a", "taken"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> store.link("none", "c")).isInstanceOf(NoSuchFileException.class);
    assertThat(store.delete("a")).isTrue();
    assertThat(read(open(), "b")).isEqualTo("one");
    assertThat(read(open(), "taken")).isEqualTo("two");
    assertThat(names(store, "")).containsExactlyInAnyOrder("b", "taken");
  }

  @Test
  void deleteRemoves() throws IOException {
    ObjectStore store = open();
    write(store, "x", "1");
    assertThat(store.delete("x")).isTrue();
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void termsRiseFromWhatIsOnRecordAndFromWhatWasSeen() throws IOException {
    ObjectStore store = open();
    assertThat(store.currentTerm()).isEmpty();
    assertThat(claim(store, 0).term()).isEqualTo(1);
    assertThat(claim(store, 0).term()).isEqualTo(2);
    assertThat(claim(store, 41).term()).isEqualTo(42);
    assertThat(claim(store, 7).term()).isEqualTo(43);
    assertThat(open().currentTerm()).hasValue(43);
    assertThatThrownBy(() -> store.claim(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theFirstTermLiesAboveThoseSeen() throws IOException {
    assertThat(claim(open(), 9).term()).isEqualTo(10);
  }

  @Test
  void ofACreateAndAPublishOfOneNameTheFirstCounts() throws IOException {
    ObjectStore store = open();
    Tenure tenure = claim(store);
    assertThat(publish(tenure, "new/dir/a", "1")).isEqualTo(PublishOutcome.Status.PUBLISHED);
    assertThatThrownBy(() -> store.create("new/dir/a"))
        .isInstanceOf(FileAlreadyExistsException.class);
    write(store, "new/dir/b", "22");
    assertThat(publish(tenure, "new/dir/b", "1")).isEqualTo(PublishOutcome.Status.EXISTS_OTHER);
  }

  @Test
  void publishMakesAnObjectOnce() throws IOException {
    Tenure tenure = claim(open());
    assertThat(publish(tenure, "x.index", "one")).isEqualTo(PublishOutcome.Status.PUBLISHED);
    assertThat(publish(tenure, "x.index", "one"))
        .isEqualTo(PublishOutcome.Status.ALREADY_THERE_SAME);
    assertThat(publish(tenure, "x.index", "two")).isEqualTo(PublishOutcome.Status.EXISTS_OTHER);
    assertThat(publish(tenure, "x.index", "three")).isEqualTo(PublishOutcome.Status.EXISTS_OTHER);
    assertThat(read(open(), "x.index")).isEqualTo("one");
  }

  @Test
  void ofManyPublishersOneWins() throws Exception {
    Tenure tenure = claim(open());
    for (int round = 0; round < 10; round++) {
      String name = "race-" + round;
      List<PublishOutcome.Status> statuses =
          together(4, () -> publish(tenure, name, Thread.currentThread().getName()));
      assertThat(statuses).containsOnlyOnce(PublishOutcome.Status.PUBLISHED);
      assertThat(Set.copyOf(statuses))
          .containsOnly(PublishOutcome.Status.PUBLISHED, PublishOutcome.Status.EXISTS_OTHER);
    }
  }

  @Test
  void replaceDeleteAndMoveTakeEffect() throws IOException {
    ObjectStore store = open();
    Tenure tenure = claim(store);
    assertThat(tenure.replace("checkpoint", "1".getBytes(UTF_8)).status())
        .isEqualTo(EffectOutcome.Status.DONE);
    assertThat(tenure.replace("checkpoint", "2".getBytes(UTF_8)).status())
        .isEqualTo(EffectOutcome.Status.DONE);
    assertThat(read(store, "checkpoint")).isEqualTo("2");
    assertThat(tenure.move("checkpoint", "away/there").status())
        .isEqualTo(EffectOutcome.Status.DONE);
    assertThat(store.list("")).isEmpty();
    assertThat(read(store, "away/there")).isEqualTo("2");
    assertThat(tenure.delete("away/there").status()).isEqualTo(EffectOutcome.Status.DONE);
    assertThat(store.list("away")).isEmpty();
    assertThat(tenure.delete("away/there").status()).isEqualTo(EffectOutcome.Status.ABSENT);
    assertThat(tenure.delete("nowhere/there").status()).isEqualTo(EffectOutcome.Status.ABSENT);
    assertThat(tenure.move("nothing", "x").status()).isEqualTo(EffectOutcome.Status.ABSENT);
  }

  @Test
  void effectsOnManyAreThoseOnEach() throws IOException {
    ObjectStore store = open();
    Tenure tenure = claim(store);
    write(store, "m/taken", "other");
    assertThat(
            tenure.publishAll(List.of("m/a", "m/taken", "m/b"), "1".getBytes(UTF_8)).stream()
                .map(PublishOutcome::status))
        .containsExactly(
            PublishOutcome.Status.PUBLISHED,
            PublishOutcome.Status.EXISTS_OTHER,
            PublishOutcome.Status.PUBLISHED);
    assertThat(read(open(), "m/a")).isEqualTo("1");
    assertThat(read(open(), "m/b")).isEqualTo("1");
    assertThat(tenure.deleteAll(List.of("m/a", "none/there", "m/b")).isSettled()).isTrue();
    assertThat(store.list("m").stream().map(ObjectInfo::name)).containsExactly("m/taken");
    assertThat(tenure.publishAll(List.of(), new byte[1])).isEmpty();
    assertThat(tenure.deleteAll(List.of()).isSettled()).isTrue();
    claim(open());
    assertThat(tenure.deleteAll(List.of("m/taken")).isFenced()).isTrue();
    assertThat(tenure.publishAll(List.of("m/c"), new byte[1]).get(0).status())
        .isEqualTo(PublishOutcome.Status.FENCED);
    assertThat(store.list("m")).hasSize(1);
  }

  @Test
  void aMoveNeverReplaces() throws IOException {
    ObjectStore store = open();
    Tenure tenure = claim(store);
    write(store, "q/x", "first");
    write(store, "x", "second");
    assertThat(tenure.move("x", "q/x").isSettled()).isTrue();
    assertThat(read(store, "q/x")).isEqualTo("first");
    assertThat(store.list("q")).hasSize(2);
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void aFencedLeaderChangesNothing() throws IOException {
    ObjectStore store = open();
    Tenure old = claim(store);
    write(store, "x", "1");
    publish(old, "p", "1");
    old.replace("checkpoint", "old".getBytes(UTF_8));
    assertThat(old.isFenced()).isFalse();
    claim(open());
    assertThat(old.isFenced()).isTrue();
    List<ObjectInfo> before = store.list("");

    assertThat(publish(old, "y.index", "1")).isEqualTo(PublishOutcome.Status.FENCED);
    assertThat(publish(old, "p", "1")).isEqualTo(PublishOutcome.Status.FENCED);
    assertThat(old.replace("checkpoint", new byte[1]).isFenced()).isTrue();
    assertThat(old.delete("x").isFenced()).isTrue();
    assertThat(old.delete("absent").isFenced()).isTrue();
    assertThat(old.move("x", "y").isFenced()).isTrue();
    assertThat(old.record(record(old.term(), 5)).isFenced()).isTrue();
    assertThat(store.list("")).isEqualTo(before);
    assertThat(read(store, "checkpoint")).isEqualTo("old");
  }

  @Test
  void ofManyClaimersEachTermHasOneWinner() throws Exception {
    int claimers = 4;
    TreeMap<Long, Integer> winners = new TreeMap<>();
    for (int round = 0; round < 50; round++) {
      List<Optional<Tenure>> tenures = together(claimers, () -> tryClaim(open()));
      List<Tenure> won = tenures.stream().flatMap(Optional::stream).toList();
      assertThat(won).as("round " + round).isNotEmpty();
      won.forEach(tenure -> winners.merge(tenure.term(), 1, Integer::sum));
      long unfenced = 0;
      for (Tenure tenure : won) {
        unfenced += tenure.isFenced() ? 0 : 1;
      }
      assertThat(unfenced).as("leaders after round " + round).isEqualTo(1);
    }
    assertThat(winners.values()).containsOnly(1);
    assertThat(open().currentTerm()).hasValue(winners.lastKey());
  }

  private static Optional<Tenure> tryClaim(ObjectStore store) throws IOException {
    return store.claim(0) instanceof ClaimOutcome.Won won
        ? Optional.of(won.tenure())
        : Optional.empty();
  }

  @Test
  void aClaimRecordStandsUntilTheNextOne() throws IOException {
    ObjectStore store = open();
    assertThat(store.lastClaim()).isEmpty();
    Tenure first = claim(store);
    assertThat(store.lastClaim()).isEmpty();
    ClaimRecord record = record(first.term(), 100);
    assertThat(first.record(record).isSettled()).isTrue();
    assertThat(store.lastClaim()).contains(record);
    Tenure second = claim(store);
    assertThat(open().lastClaim()).contains(record);
    ClaimRecord next = record(second.term(), 200);
    second.record(next);
    assertThat(store.lastClaim()).contains(next);
    assertThatThrownBy(() -> second.record(record)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aLeaderRecordIsReplacedByItsLeaderOnly() throws IOException {
    ObjectStore store = open();
    assertThat(LeaderRecord.read(store)).isEmpty();
    Tenure tenure = claim(store);
    LeaderRecord leader =
        new LeaderRecord(
            tenure.term(), "host", 7, Instant.parse("2026-01-01T00:00:00Z"), "host:1", 0);
    assertThat(leader.write(tenure).isSettled()).isTrue();
    assertThat(LeaderRecord.read(store)).contains(leader);
    assertThat(leader.renewed().write(tenure).isSettled()).isTrue();
    claim(store);
    assertThat(leader.renewed().renewed().write(tenure).isFenced()).isTrue();
    assertThat(LeaderRecord.read(store).orElseThrow().renewal()).isEqualTo(1);
  }

  /** Runs the same thing in several threads at once and returns what each returned. */
  protected static <T> List<T> together(int threads, Callable<T> task) throws Exception {
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        futures.add(
            executor.submit(
                () -> {
                  start.await();
                  return task.call();
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } finally {
      executor.shutdownNow();
    }
  }

  protected static Tenure claim(ObjectStore store) throws IOException {
    return claim(store, 0);
  }

  protected static Tenure claim(ObjectStore store, long seen) throws IOException {
    return ((ClaimOutcome.Won) store.claim(seen)).tenure();
  }

  protected static PublishOutcome.Status publish(Tenure tenure, String name, String text) {
    return tenure.publish(name, text.getBytes(UTF_8)).status();
  }

  protected static void write(ObjectStore store, String name, String text) throws IOException {
    try (ObjectWriter writer = store.create(name)) {
      writer.write(bytes(text));
      writer.sync();
    }
  }

  protected static String read(ObjectStore store, String name) throws IOException {
    return new String(store.readSmall(name, 1 << 16), UTF_8);
  }

  protected static Set<String> names(ObjectStore store, String directory) throws IOException {
    return store.list(directory).stream().map(ObjectInfo::name).collect(Collectors.toSet());
  }

  protected static ClaimRecord record(long term, long step) {
    return new ClaimRecord(
        term,
        "host",
        1,
        Instant.parse("2026-01-01T00:00:00Z"),
        Optional.of("ckpt-t1r1-" + step),
        step);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }
}
