package io.holdfast.storage.checkpoint;

import io.holdfast.storage.checkpoint.Retention.Candidate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which checkpoints are the best by a metric; of equal ones the earlier is the better. */
final class BestRanking {
  private final Optional<RetentionPolicy.Best> rule;

  BestRanking(Optional<RetentionPolicy.Best> rule) {
    this.rule = rule;
  }

  /** The best so many as the rule says, best first. */
  List<Candidate> best(List<Candidate> oldestFirst) {
    if (rule.isEmpty()) {
      return List.of();
    }
    Comparator<Candidate> byValue = Comparator.comparing(c -> value(c).orElseThrow());
    return oldestFirst.stream()
        .filter(candidate -> value(candidate).isPresent())
        .sorted(rule.get().lowerIsBetter() ? byValue : byValue.reversed())
        .limit(rule.get().keep())
        .toList();
  }

  /**
   * When a candidate that was among the best at its commit ceased to be; empty if it never was, or
   * still is.
   */
  Optional<Instant> oustedAt(int index, List<Candidate> oldestFirst) {
    Candidate candidate = oldestFirst.get(index);
    if (!best(oldestFirst.subList(0, index + 1)).contains(candidate)) {
      return Optional.empty();
    }
    for (int i = index + 1; i < oldestFirst.size(); i++) {
      if (!best(oldestFirst.subList(0, i + 1)).contains(candidate)) {
        return Optional.of(oldestFirst.get(i).time());
      }
    }
    return Optional.empty();
  }

  private Optional<Double> value(Candidate candidate) {
    return rule.map(best -> candidate.metrics().get(best.monitor()))
        .filter(value -> !value.isNaN());
  }
}
