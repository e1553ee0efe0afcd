package io.holdfast.storage.checkpoint;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Decides which checkpoints may go: a pure function of those that exist, the policy and the time.
 *
 * <p>Always kept: the newest committed one, and every one at least as new as the newest that counts
 * (with {@code onlyVerified} a verified one); so nothing goes before a newer one has proved good.
 */
public final class Retention {

  /**
   * A committed checkpoint as retention sees it.
   *
   * @param prefix its name
   * @param time when it was committed
   * @param verified whether it has been read back whole
   * @param metrics values measured at its step
   * @param pinned whether an operator asked to keep it
   */
  public record Candidate(
      Prefix prefix, Instant time, boolean verified, Map<String, Double> metrics, boolean pinned) {

    public Candidate {
      metrics = Map.copyOf(metrics);
    }
  }

  /**
   * The decision.
   *
   * @param delete to be deleted now, oldest first
   * @param kept why each other one stays, oldest first
   */
  public record Plan(List<Prefix> delete, SortedMap<Prefix, Set<KeptReason>> kept) {
    public Plan {
      delete = List.copyOf(delete);
      kept = Collections.unmodifiableSortedMap(new TreeMap<>(kept));
    }
  }

  private final List<Candidate> oldestFirst;
  private final RetentionPolicy policy;
  private final SortedMap<Prefix, Set<KeptReason>> kept = new TreeMap<>();

  private Retention(Collection<Candidate> candidates, RetentionPolicy policy) {
    this.oldestFirst = new ArrayList<>(candidates);
    this.oldestFirst.sort(Comparator.comparing(Candidate::prefix));
    this.policy = policy;
  }

  /** What is to go and what stays, as of {@code now}. */
  public static Plan plan(Collection<Candidate> candidates, RetentionPolicy policy, Instant now) {
    return new Retention(candidates, policy).plan(now);
  }

  private Plan plan(Instant now) {
    keepNewest();
    keepBest();
    keepOneEachSpan();
    oldestFirst.stream().filter(Candidate::pinned).forEach(c -> keep(c, KeptReason.PINNED));
    List<Prefix> delete = new ArrayList<>();
    for (Candidate candidate : oldestFirst) {
      if (kept.containsKey(candidate.prefix())) {
        continue;
      }
      if (now.isBefore(supersededAt(candidate).plus(policy.grace()))) {
        keep(candidate, KeptReason.READERS);
      } else {
        delete.add(candidate.prefix());
      }
    }
    return new Plan(delete, kept);
  }

  private void keep(Candidate candidate, KeptReason reason) {
    kept.computeIfAbsent(candidate.prefix(), p -> EnumSet.noneOf(KeptReason.class)).add(reason);
  }

  private boolean counts(Candidate candidate) {
    return candidate.verified() || !policy.onlyVerified();
  }

  /** Those from the maxToKeep-th newest that counts on; all, if there are fewer that count. */
  private void keepNewest() {
    int missing = policy.maxToKeep().orElse(Integer.MAX_VALUE);
    for (int i = oldestFirst.size() - 1; i >= 0 && missing > 0; i--) {
      keep(oldestFirst.get(i), KeptReason.LATEST);
      missing -= counts(oldestFirst.get(i)) ? 1 : 0;
    }
  }

  /** The best of all and the best of those that count; of equal ones the first. */
  private void keepBest() {
    best(oldestFirst).ifPresent(c -> keep(c, KeptReason.BEST));
    best(oldestFirst.stream().filter(this::counts).toList())
        .ifPresent(c -> keep(c, KeptReason.BEST));
  }

  private Optional<Candidate> best(List<Candidate> among) {
    Optional<Candidate> best = Optional.empty();
    for (Candidate candidate : among) {
      Optional<Double> value = monitored(candidate);
      if (value.isPresent() && (best.isEmpty() || beats(candidate, best.get()))) {
        best = Optional.of(candidate);
      }
    }
    return best;
  }

  private Optional<Double> monitored(Candidate candidate) {
    return policy
        .best()
        .map(best -> candidate.metrics().get(best.monitor()))
        .filter(value -> !value.isNaN());
  }

  private boolean beats(Candidate candidate, Candidate other) {
    Optional<Double> value = monitored(candidate);
    Optional<Double> than = monitored(other);
    return value.isPresent()
        && than.isPresent()
        && policy.best().orElseThrow().isBetter(value.get(), than.get());
  }

  /** As TensorFlow does: the first that is a span later than the one preserved before it. */
  private void keepOneEachSpan() {
    if (policy.keepEvery().isEmpty()) {
      return;
    }
    Instant preserved = policy.runStarted();
    for (Candidate candidate : oldestFirst) {
      if (!candidate.time().isBefore(preserved.plus(policy.keepEvery().get()))) {
        keep(candidate, KeptReason.EVERY);
        preserved = candidate.time();
      }
    }
  }

  /** When the one was committed that put this one out of the newest, or out of being the best. */
  private Instant supersededAt(Candidate candidate) {
    int index = oldestFirst.indexOf(candidate);
    int missing = policy.maxToKeep().orElse(Integer.MAX_VALUE);
    Instant superseded = candidate.time();
    for (int i = index + 1; i < oldestFirst.size() && missing > 0; i++) {
      superseded = later(superseded, oldestFirst.get(i).time());
      missing -= counts(oldestFirst.get(i)) ? 1 : 0;
    }
    if (best(oldestFirst.subList(0, index + 1)).equals(Optional.of(candidate))) {
      Instant better =
          oldestFirst.subList(index + 1, oldestFirst.size()).stream()
              .filter(other -> beats(other, candidate))
              .map(Candidate::time)
              .findFirst()
              .orElse(superseded);
      superseded = later(superseded, better);
    }
    return superseded;
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
