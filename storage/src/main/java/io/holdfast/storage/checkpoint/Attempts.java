package io.holdfast.storage.checkpoint;

import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;

/** What a term's leader knows and writes down of attempts to save. For use by one thread. */
final class Attempts {
  private final AttemptJournal journal;
  private final InstantSource clock;
  private final Set<Prefix> verified = new HashSet<>();

  private Attempts(AttemptJournal journal, InstantSource clock) {
    this.journal = journal;
    this.clock = clock;
  }

  /** Opens the journal of a term; what has been verified is read from those before. */
  static Attempts open(ObjectStore store, long term, InstantSource clock) throws IOException {
    Attempts attempts = new Attempts(new AttemptJournal(store, term), clock);
    attempts.verified.addAll(AttemptJournal.verified(store));
    return attempts;
  }

  /** Writes down that an attempt reached a state. */
  void note(Prefix prefix, AttemptState state, String reason) {
    if (state == AttemptState.DELETED) {
      verified.remove(prefix);
    }
    if (journal.isFull()) {
      journal.beginPart(
          verified.stream()
              .sorted()
              .map(known -> new AttemptEvent(known, AttemptState.VERIFIED, clock.instant(), ""))
              .toList());
    }
    journal.append(new AttemptEvent(prefix, state, clock.instant(), reason));
  }

  void markVerified(Prefix prefix) {
    if (verified.add(prefix)) {
      note(prefix, AttemptState.VERIFIED, "");
    }
  }

  boolean isVerified(Prefix prefix) {
    return verified.contains(prefix);
  }

  InstantSource clock() {
    return clock;
  }

  void close() throws IOException {
    journal.close();
  }
}
