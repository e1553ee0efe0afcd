package io.holdfast.storage.checkpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Decides which checkpoints may go: a pure function of those that exist, the policy and the time.
 *
 * <p>Always kept: every one at least as new as the newest that counts (with {@code onlyVerified} a
 * verified one), and pinned ones; so nothing goes before a newer one has proved good. One that
 * nothing keeps any longer stays for its readers' grace.
 */
public final class Retention {

  /**
   * A committed checkpoint as retention sees it.
   *
   * @param prefix its name
   * @param time when it was committed
   * @param copies bytes of each of its files, by their identity; others may have the same files
   * @param verified whether it has been read back whole
   * @param metrics values measured at its step
   * @param pinned whether an operator asked to keep it
   */
  public record Candidate(
      Prefix prefix,
      Instant time,
      Map<Object, Long> copies,
      boolean verified,
      Map<String, Double> metrics,
      boolean pinned) {

    public Candidate {
      copies = Map.copyOf(copies);
      metrics = Map.copyOf(metrics);
    }
  }

  /**
   * The decision.
   *
   * @param delete to be deleted now, oldest first, and why
   * @param kept why each other one stays, oldest first
   */
  public record Plan(
      SortedMap<Prefix, DeletedReason> delete, SortedMap<Prefix, Set<KeptReason>> kept) {
    public Plan {
      delete = Collections.unmodifiableSortedMap(new TreeMap<>(delete));
      kept = Collections.unmodifiableSortedMap(new TreeMap<>(kept));
    }

    /** The same, but some that would go are left to their readers for now. */
    public Plan sparing(Collection<Prefix> spared) {
      SortedMap<Prefix, DeletedReason> rest = new TreeMap<>(delete);
      SortedMap<Prefix, Set<KeptReason>> stay = new TreeMap<>(kept);
      for (Prefix prefix : spared) {
        if (rest.remove(prefix) != null) {
          stay.put(prefix, Set.of(KeptReason.READERS));
        }
      }
      return new Plan(rest, stay);
    }
  }

  /** What a budget may override. */
  private static final Set<KeptReason> EXPENDABLE = EnumSet.of(KeptReason.LATEST, KeptReason.EVERY);

  private final List<Candidate> oldestFirst;
  private final RetentionPolicy policy;
  private final Instant now;
  private final BestRanking ranking;
  private final SortedMap<Prefix, Set<KeptReason>> kept = new TreeMap<>();
  private final SortedMap<Prefix, DeletedReason> delete = new TreeMap<>();

  private Retention(Collection<Candidate> candidates, RetentionPolicy policy, Instant now) {
    this.oldestFirst = new ArrayList<>(candidates);
    this.oldestFirst.sort(Comparator.comparing(Candidate::prefix));
    this.policy = policy;
    this.now = now;
    this.ranking = new BestRanking(policy.best());
  }

  /** What is to go and what stays, as of {@code now}. */
  public static Plan plan(Collection<Candidate> candidates, RetentionPolicy policy, Instant now) {
    return new Retention(candidates, policy, now).plan();
  }

  private Plan plan() {
    keepNewest();
    keepBest();
    keepOneEachSpan();
    keepEachSoManySteps();
    oldestFirst.stream().filter(Candidate::pinned).forEach(c -> keep(c, KeptReason.PINNED));
    oldestFirst.stream().filter(c -> !kept.containsKey(c.prefix())).forEach(this::release);
    makeRoom();
    return new Plan(delete, kept);
  }

  private void keep(Candidate candidate, KeptReason reason) {
    kept.computeIfAbsent(candidate.prefix(), p -> EnumSet.noneOf(KeptReason.class)).add(reason);
  }

  private boolean counts(Candidate candidate) {
    return candidate.verified() || !policy.onlyVerified();
  }

  private boolean isExpired(Candidate candidate) {
    return policy.timeToLive().isPresent()
        && !now.isBefore(candidate.time().plus(policy.timeToLive().get()));
  }

  /** Index of the newest one that counts; it and all newer ones stay whatever the policy. */
  private int core() {
    for (int i = oldestFirst.size() - 1; i >= 0; i--) {
      if (counts(oldestFirst.get(i))) {
        return i;
      }
    }
    return 0;
  }

  /** Those from the maxToKeep-th newest that counts on; all, if there are fewer that count. */
  private void keepNewest() {
    int core = core();
    int missing = policy.maxToKeep().orElse(Integer.MAX_VALUE);
    for (int i = oldestFirst.size() - 1; i >= 0 && missing > 0; i--) {
      if (i >= core || !isExpired(oldestFirst.get(i))) {
        keep(oldestFirst.get(i), KeptReason.LATEST);
      }
      missing -= counts(oldestFirst.get(i)) ? 1 : 0;
    }
  }

  /** The best of all and the best of those that count. They have no time to live. */
  private void keepBest() {
    ranking.best(oldestFirst).forEach(c -> keep(c, KeptReason.BEST));
    ranking
        .best(oldestFirst.stream().filter(this::counts).toList())
        .forEach(c -> keep(c, KeptReason.BEST));
  }

  /**
   * The first of each span of the run's time but of the one it began in. TensorFlow counts a span
   * from the one preserved before; here that one may be deleted later (for its age, for room), and
   * what has been preserved must not depend on it.
   */
  private void keepOneEachSpan() {
    policy
        .keepEvery()
        .ifPresent(
            span -> {
              long preserved = 0;
              for (Candidate candidate : oldestFirst) {
                long index =
                    Duration.between(policy.runStarted(), candidate.time()).dividedBy(span);
                if (index > preserved) {
                  keepUnlessExpired(candidate);
                  preserved = index;
                }
              }
            });
  }

  private void keepEachSoManySteps() {
    policy
        .keepEverySteps()
        .ifPresent(
            steps ->
                oldestFirst.stream()
                    .filter(c -> c.prefix().step() % steps == 0)
                    .forEach(this::keepUnlessExpired));
  }

  private void keepUnlessExpired(Candidate candidate) {
    if (!isExpired(candidate)) {
      keep(candidate, KeptReason.EVERY);
    }
  }

  /** What nothing keeps goes once its readers have had their time. */
  private void release(Candidate candidate) {
    if (hasReaders(supersededAt(candidate))) {
      keep(candidate, KeptReason.READERS);
    } else {
      delete.put(
          candidate.prefix(),
          isExpired(candidate) ? DeletedReason.EXPIRED : DeletedReason.SUPERSEDED);
    }
  }

  private boolean hasReaders(Instant superseded) {
    return now.isBefore(superseded.plus(policy.grace()));
  }

  /** When the one was committed that put this one out of the newest, or out of the best. */
  private Instant supersededAt(Candidate candidate) {
    int index = oldestFirst.indexOf(candidate);
    int missing = policy.maxToKeep().orElse(Integer.MAX_VALUE);
    Instant at = candidate.time();
    for (int i = index + 1; i < oldestFirst.size() && missing > 0; i++) {
      at = later(at, oldestFirst.get(i).time());
      missing -= counts(oldestFirst.get(i)) ? 1 : 0;
    }
    if (isExpired(candidate)) {
      // It may have been kept until now by its count or its step.
      at = later(at, candidate.time().plus(policy.timeToLive().orElseThrow()));
    }
    return later(at, ranking.oustedAt(index, oldestFirst).orElse(at));
  }

  /**
   * Where the kept ones are more than the budget has room for, the oldest go that only their count
   * or their step keeps; never pinned, best or newest ones, nor those that readers may be at.
   */
  private void makeRoom() {
    if (policy.maxBytes().isEmpty() || oldestFirst.isEmpty()) {
      return;
    }
    Candidate core = oldestFirst.get(core());
    SharedBytes used = new SharedBytes();
    oldestFirst.stream()
        .filter(candidate -> kept.containsKey(candidate.prefix()))
        .forEach(candidate -> used.add(candidate.copies()));
    for (Candidate candidate : oldestFirst.subList(0, oldestFirst.indexOf(core))) {
      boolean tooMuch = used.bytes() > policy.maxBytes().getAsLong();
      if (tooMuch && isExpendable(candidate) && !mayBeRead(candidate, core)) {
        kept.remove(candidate.prefix());
        delete.put(candidate.prefix(), DeletedReason.NO_ROOM);
        used.remove(candidate.copies());
      }
    }
  }

  /** Whether it was the newest good one, or one of the best, less than its readers' grace ago. */
  private boolean mayBeRead(Candidate candidate, Candidate core) {
    Instant ousted =
        ranking.oustedAt(oldestFirst.indexOf(candidate), oldestFirst).orElse(core.time());
    return hasReaders(later(core.time(), ousted));
  }

  private boolean isExpendable(Candidate candidate) {
    Set<KeptReason> reasons = kept.getOrDefault(candidate.prefix(), Set.of());
    return !reasons.isEmpty() && EXPENDABLE.containsAll(reasons);
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
