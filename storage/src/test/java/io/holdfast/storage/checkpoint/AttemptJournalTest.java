package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.store.LocalStore;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that saves each step for weeks keeps a bounded memory of it, and forgets no VERIFIED. */
class AttemptJournalTest {
  private static final int PART_BYTES = 2000;
  private static final int LINES = 200;

  @TempDir Path directory;
  private ObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = LocalStore.open(directory);
  }

  private static Prefix prefix(int step) {
    return new Prefix(3, 1, step);
  }

  private static AttemptEvent event(int step, AttemptState state) {
    return new AttemptEvent(prefix(step), state, SmallRun.START, "");
  }

  private List<String> files() throws IOException {
    return store.list(".holdfast/journal").stream().map(ObjectInfo::name).toList();
  }

  @Test
  void aFullFileIsFollowedByAnotherAndOnlyTheLastTwoAreKept() throws IOException {
    try (AttemptJournal journal = new AttemptJournal(store, 3, PART_BYTES)) {
      for (int step = 1; step <= LINES; step++) {
        if (journal.isFull()) {
          journal.beginPart(List.of(event(1, AttemptState.VERIFIED)));
        }
        journal.append(event(step, AttemptState.ABANDONED));
      }
    }
    assertThat(files()).hasSize(2).allMatch(name -> name.matches(".*/t3-[0-9]+\\.jsonl"));
    List<AttemptEvent> read = AttemptJournal.read(store);
    assertThat(read.get(read.size() - 1)).isEqualTo(event(LINES, AttemptState.ABANDONED));
    assertThat(read).hasSizeLessThan(LINES / 2);
    assertThat(AttemptJournal.verified(store)).containsExactly(prefix(1));
  }

  @Test
  void filesAreReadInTheOrderTheyWereWritten() throws IOException {
    try (AttemptJournal journal = new AttemptJournal(store, 3, PART_BYTES)) {
      journal.append(event(1, AttemptState.REQUESTED));
      journal.beginPart(List.of());
      journal.append(event(1, AttemptState.COMMITTED));
    }
    try (AttemptJournal next = new AttemptJournal(store, 4, PART_BYTES)) {
      next.append(event(1, AttemptState.VERIFIED));
    }
    assertThat(AttemptJournal.read(store))
        .containsExactly(
            event(1, AttemptState.REQUESTED),
            event(1, AttemptState.COMMITTED),
            event(1, AttemptState.VERIFIED));
  }
}
