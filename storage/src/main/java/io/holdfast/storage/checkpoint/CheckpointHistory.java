package io.holdfast.storage.checkpoint;

import io.holdfast.storage.store.ObjectInfo;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Every step that has, or had, a checkpoint or an attempt at one: the journal, corrected by what
 * lies in the directory, which is always right.
 */
public final class CheckpointHistory {
  private final DirectoryListing listing;
  private final long currentTerm;
  private final TreeMap<Prefix, AttemptEvent> attempts = new TreeMap<>();
  private final Set<Prefix> verified = new HashSet<>();
  private final MetadataCache metadata;
  private final Map<Prefix, Pins.Mark> marks;

  private CheckpointHistory(
      DirectoryListing listing,
      long currentTerm,
      MetadataCache metadata,
      Map<Prefix, Pins.Mark> marks) {
    this.listing = listing;
    this.currentTerm = currentTerm;
    this.metadata = metadata;
    this.marks = marks;
  }

  /**
   * Reads the history, steps ascending.
   *
   * @param policy tells why checkpoints are kept; empty leaves that out
   */
  public static List<StepHistory> read(
      CheckpointDirectory directory, Optional<RetentionPolicy> policy, Instant now)
      throws IOException {
    CheckpointHistory history =
        new CheckpointHistory(
            directory.list(),
            directory.store().currentTerm().orElse(0),
            new MetadataCache(directory),
            new Pins(directory).marks());
    history.takeJournal(AttemptJournal.read(directory.store()));
    history.takeQuarantine(directory.store().list(CheckpointKeeper.QUARANTINE));
    history.takeDirectory();
    return history.steps(policy, now);
  }

  private void takeJournal(List<AttemptEvent> events) {
    for (AttemptEvent event : events) {
      if (event.state() == AttemptState.VERIFIED) {
        verified.add(event.prefix());
      }
      attempts.put(event.prefix(), event);
    }
    attempts.replaceAll((prefix, event) -> withoutDirectory(event));
  }

  /** What the last event means if the checkpoint does not exist. */
  private AttemptEvent withoutDirectory(AttemptEvent event) {
    if (event.state().isSaved()) {
      return new AttemptEvent(
          event.prefix(), AttemptState.DELETED, event.time(), "its index is no longer there");
    }
    boolean ended = event.state().isInFlight() && event.prefix().term() < currentTerm;
    return ended
        ? new AttemptEvent(
            event.prefix(),
            AttemptState.ABANDONED,
            event.time(),
            "term " + event.prefix().term() + " ended")
        : event;
  }

  private void takeQuarantine(List<ObjectInfo> objects) {
    for (StoredCheckpoint stored : quarantined(objects)) {
      attempts.putIfAbsent(
          stored.prefix(),
          new AttemptEvent(stored.prefix(), AttemptState.QUARANTINED, stored.time(), "damaged"));
    }
  }

  private static List<StoredCheckpoint> quarantined(List<ObjectInfo> objects) {
    List<ObjectInfo> asInRun = new ArrayList<>();
    for (ObjectInfo object : objects) {
      String leaf = object.name().substring(CheckpointKeeper.QUARANTINE.length() + 1);
      asInRun.add(new ObjectInfo(leaf, object.length(), object.modified()));
    }
    return DirectoryListing.of(asInRun, Optional.empty()).checkpoints();
  }

  private void takeDirectory() {
    for (StoredCheckpoint stored : listing.checkpoints()) {
      AttemptState state =
          verified.contains(stored.prefix()) ? AttemptState.VERIFIED : AttemptState.COMMITTED;
      attempts.put(stored.prefix(), new AttemptEvent(stored.prefix(), state, stored.time(), ""));
    }
    for (StoredCheckpoint stored : listing.voided()) {
      attempts.put(
          stored.prefix(),
          new AttemptEvent(stored.prefix(), AttemptState.ABANDONED, stored.time(), "void"));
    }
  }

  private List<StepHistory> steps(Optional<RetentionPolicy> policy, Instant now)
      throws IOException {
    Map<Prefix, Set<KeptReason>> kept =
        policy.isPresent()
            ? Retention.plan(
                    Candidates.of(
                        listing, policy.get().runId(), verified::contains, metadata, marks),
                    policy.get(),
                    now)
                .kept()
            : Map.<Prefix, Set<KeptReason>>of();
    TreeMap<Long, List<AttemptEvent>> bySteps = new TreeMap<>();
    attempts
        .values()
        .forEach(
            event ->
                bySteps.computeIfAbsent(event.prefix().step(), s -> new ArrayList<>()).add(event));
    List<StepHistory> steps = new ArrayList<>();
    for (List<AttemptEvent> events : bySteps.values()) {
      steps.add(step(events, kept));
    }
    return steps;
  }

  private StepHistory step(List<AttemptEvent> events, Map<Prefix, Set<KeptReason>> kept)
      throws IOException {
    AttemptEvent last = events.get(events.size() - 1);
    AttemptEvent shown =
        events.stream().filter(e -> e.state().isSaved()).reduce((a, b) -> b).orElse(last);
    Optional<StoredCheckpoint> stored = listing.find(shown.prefix());
    return new StepHistory(
        shown.prefix(),
        shown.state(),
        shown.time(),
        stored.map(StoredCheckpoint::bytes).orElse(0L),
        stored.map(s -> s.shardFiles().size()).orElse(0),
        stored.flatMap(StoredCheckpoint::parity).isPresent(),
        stored.isPresent() ? metadata.metricsOf(shown.prefix()) : Map.of(),
        kept.getOrDefault(shown.prefix(), Set.of()),
        events);
  }
}
