package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.checkpoint.Retention.Candidate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds of retention whatever the checkpoints, the policy and the time. */
class RetentionPropertiesTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void everyOneIsEitherKeptForAReasonOrDeletedForOne(
      @ForAll("candidates") List<Candidate> candidates,
      @ForAll("policies") RetentionPolicy policy,
      @ForAll("times") Instant now) {
    Retention.Plan plan = Retention.plan(candidates, policy, now);
    Set<Prefix> all = new HashSet<>(plan.kept().keySet());
    all.addAll(plan.delete().keySet());
    assertThat(all).hasSize(candidates.size());
    assertThat(plan.kept().size() + plan.delete().size()).isEqualTo(candidates.size());
    assertThat(plan.kept().values()).noneMatch(Set::isEmpty);
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void whatIsAtLeastAsNewAsTheNewestThatCountsAndWhatIsPinnedStays(
      @ForAll("candidates") List<Candidate> candidates,
      @ForAll("policies") RetentionPolicy policy,
      @ForAll("times") Instant now) {
    Retention.Plan plan = Retention.plan(candidates, policy, now);
    long newest =
        candidates.stream()
            .filter(c -> c.verified() || !policy.onlyVerified())
            .mapToLong(c -> c.prefix().step())
            .max()
            .orElse(0);
    assertThat(plan.delete().keySet()).allMatch(prefix -> prefix.step() < newest);
    candidates.stream()
        .filter(Candidate::pinned)
        .forEach(c -> assertThat(plan.kept()).containsKey(c.prefix()));
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void theBestThatCountsStays(
      @ForAll("candidates") List<Candidate> candidates,
      @ForAll("policies") RetentionPolicy policy,
      @ForAll("times") Instant now) {
    boolean lower = policy.best().filter(RetentionPolicy.Best::lowerIsBetter).isPresent();
    List<Double> values =
        candidates.stream()
            .filter(c -> c.verified() || !policy.onlyVerified())
            .map(c -> c.metrics().get("loss"))
            .filter(value -> value != null && !value.isNaN())
            .sorted()
            .toList();
    if (policy.best().isEmpty() || values.isEmpty()) {
      return;
    }
    double best = values.get(lower ? 0 : values.size() - 1);
    Retention.Plan plan = Retention.plan(candidates, policy, now);
    assertThat(candidates)
        .anyMatch(
            c ->
                c.metrics().getOrDefault("loss", Double.NaN) == best
                    && plan.kept().getOrDefault(c.prefix(), Set.of()).contains(KeptReason.BEST));
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void whatIsDeletedOnceIsNotWantedBackAndTheRestStaysTheSameMoment(
      @ForAll("candidates") List<Candidate> candidates,
      @ForAll("policies") RetentionPolicy policy,
      @ForAll("times") Instant now) {
    Retention.Plan first = Retention.plan(candidates, policy, now);
    List<Candidate> left = new ArrayList<>(candidates);
    left.removeIf(c -> first.delete().containsKey(c.prefix()));
    assertThat(Retention.plan(left, policy, now).delete()).isEmpty();
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void noOneThatWasCommittedWithinTheGraceGoes(
      @ForAll("candidates") List<Candidate> candidates,
      @ForAll("policies") RetentionPolicy policy,
      @ForAll("times") Instant now) {
    Retention.Plan plan = Retention.plan(candidates, policy, now);
    candidates.stream()
        .filter(c -> now.isBefore(c.time().plus(policy.grace())))
        .forEach(c -> assertThat(plan.delete()).doesNotContainKey(c.prefix()));
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void aBudgetIsKeptOrNothingThatMayGoIsLeft(
      @ForAll("candidates") List<Candidate> candidates,
      @ForAll("policies") RetentionPolicy policy,
      @ForAll("times") Instant now) {
    Retention.Plan plan = Retention.plan(candidates, policy, now);
    Map<Object, Long> copies = new HashMap<>();
    candidates.stream()
        .filter(c -> plan.kept().containsKey(c.prefix()))
        .forEach(c -> copies.putAll(c.copies()));
    long bytes = copies.values().stream().mapToLong(Long::longValue).sum();
    if (candidates.isEmpty()
        || policy.maxBytes().isEmpty()
        || bytes <= policy.maxBytes().getAsLong()) {
      return;
    }
    Candidate core = core(candidates, policy);
    Candidate newest = candidates.get(candidates.size() - 1);
    boolean readersMayBeThere = now.isBefore(newest.time().plus(policy.grace()));
    Set<KeptReason> expendable = Set.of(KeptReason.LATEST, KeptReason.EVERY);
    plan.kept()
        .forEach(
            (prefix, reasons) ->
                assertThat(
                        readersMayBeThere
                            || prefix.compareTo(core.prefix()) >= 0
                            || !expendable.containsAll(reasons))
                    .as("%s kept as %s", prefix, reasons)
                    .isTrue());
  }

  private static Candidate core(List<Candidate> oldestFirst, RetentionPolicy policy) {
    return oldestFirst.stream()
        .filter(c -> c.verified() || !policy.onlyVerified())
        .reduce((a, b) -> b)
        .orElse(oldestFirst.get(0));
  }

  /** Bytes that up to three checkpoints in a row have together. */
  private static final long SHARED = 15;

  /** Up to ten, one a minute. */
  @Provide
  Arbitrary<List<Candidate>> candidates() {
    return Combinators.combine(
            Arbitraries.of(true, false),
            METRICS,
            Arbitraries.integers().between(0, 9).map(n -> n == 0),
            Arbitraries.longs().between(1, 20))
        .as(Made::new)
        .list()
        .ofMaxSize(10)
        .map(RetentionPropertiesTest::numbered);
  }

  private static final Arbitrary<Map<String, Double>> METRICS =
      Arbitraries.of(0.0, 1.0, 2.0, Double.NaN)
          .map(loss -> loss == 0 ? Map.of() : Map.of("loss", loss));

  private record Made(boolean verified, Map<String, Double> metrics, boolean pinned, long bytes) {}

  private static List<Candidate> numbered(List<Made> made) {
    List<Candidate> candidates = new ArrayList<>();
    for (Made one : made) {
      int step = candidates.size() + 1;
      candidates.add(
          new Candidate(
              new Prefix(1, 1, step),
              START.plus(Duration.ofMinutes(step)),
              Map.of("own of " + step, one.bytes(), "shared " + step / 3, SHARED),
              one.verified(),
              one.metrics(),
              one.pinned()));
    }
    return candidates;
  }

  @Provide
  Arbitrary<Instant> times() {
    return Arbitraries.longs().between(0, 30 * 60).map(START::plusSeconds);
  }

  @Provide
  Arbitrary<RetentionPolicy> policies() {
    Arbitrary<Optional<Duration>> spans =
        Arbitraries.integers().between(0, 6).map(n -> minutes(n)).injectDuplicates(0.1);
    return Combinators.combine(
            Arbitraries.integers().between(1, 4),
            spans,
            Arbitraries.longs().between(0, 4),
            Arbitraries.integers().between(0, 3),
            spans,
            Arbitraries.longs().between(-5, 100),
            Arbitraries.of(true, false),
            Arbitraries.of(Duration.ZERO, RetentionPolicy.READERS_GRACE))
        .as(RetentionPropertiesTest::policy);
  }

  private static Optional<Duration> minutes(int count) {
    return count == 0 ? Optional.empty() : Optional.of(Duration.ofMinutes(count));
  }

  private static RetentionPolicy policy(
      int maxToKeep,
      Optional<Duration> every,
      long everySteps,
      int best,
      Optional<Duration> ttl,
      long room,
      boolean onlyVerified,
      Duration grace) {
    return new RetentionPolicy(
        OptionalInt.of(maxToKeep),
        every,
        everySteps == 0 ? OptionalLong.empty() : OptionalLong.of(everySteps),
        best == 0
            ? Optional.empty()
            : Optional.of(new RetentionPolicy.Best("loss", best > 1, best)),
        ttl,
        room == 0 ? OptionalLong.empty() : OptionalLong.of(room),
        onlyVerified,
        "run-1",
        START,
        grace);
  }
}
