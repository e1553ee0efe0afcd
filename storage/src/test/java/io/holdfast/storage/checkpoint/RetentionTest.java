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
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATER = START.plus(Duration.ofDays(100));

  @Test
  void theNewestAreKept() {
    Retention.Plan plan = plan(policy(2, false), LATER, "1 2 3 4");
    assertThat(steps(plan)).containsExactly(1L, 2L);
    assertThat(plan.kept().values()).containsOnly(Set.of(KeptReason.LATEST));
  }

  @Test
  void onlyVerifiedOnesCount() {
    assertThat(steps(plan(policy(2, true), LATER, "1v 2v 3 4"))).isEmpty();
    assertThat(steps(plan(policy(2, true), LATER, "1v 2v 3v 4"))).containsExactly(1L);
    assertThat(steps(plan(policy(1, true), LATER, "1v 2 3v 4"))).containsExactly(1L, 2L);
    assertThat(steps(plan(policy(1, true), LATER, "1 2 3"))).isEmpty();
    assertThat(steps(plan(policy(2, true), LATER, "1v 2 3 4v"))).isEmpty();
  }

  @Test
  void theBestIsKeptAndOfEqualOnesTheFirst() {
    Retention.Plan plan = plan(best(1, true), LATER, "1v=3 2v=1 3v=1 4v=2");
    assertThat(steps(plan)).containsExactly(1L, 3L);
    assertThat(plan.kept().get(new Prefix(1, 1, 2))).containsExactly(KeptReason.BEST);
    assertThat(steps(plan(best(1, false), LATER, "1v=3 2v=1 3v=9 4v=2"))).containsExactly(1L, 2L);
  }

  @Test
  void anUnverifiedBestDoesNotOustTheVerifiedOne() {
    assertThat(steps(plan(best(1, true), LATER, "1v=2 2=1 3v=5 4v=6"))).containsExactly(3L);
  }

  @Test
  void noNumberIsNoBest() {
    assertThat(steps(plan(best(1, true), LATER, "1v=NaN 2v=5 3v=NaN 4v"))).containsExactly(1L, 3L);
  }

  @Test
  void oneEachSpanIsKept() {
    RetentionPolicy policy =
        new RetentionPolicy(
            OptionalInt.of(1),
            Optional.of(Duration.ofMinutes(3)),
            Optional.empty(),
            false,
            START,
            Duration.ZERO);
    // Candidate n is committed n minutes after the start.
    List<Candidate> candidates = candidates("1 2 3 4 5 6 7 8");
    Retention.Plan plan = Retention.plan(candidates, policy, LATER);
    assertThat(steps(plan)).containsExactly(1L, 2L, 4L, 5L, 7L);
    candidates.removeIf(c -> plan.delete().contains(c.prefix()));
    assertThat(Retention.plan(candidates, policy, LATER).delete()).as("stable").isEmpty();
  }

  @Test
  void pinnedOnesStay() {
    Candidate pinned = new Candidate(new Prefix(1, 1, 1), START, false, Map.of(), true);
    List<Candidate> candidates = candidates("2 3");
    candidates.add(pinned);
    assertThat(steps(Retention.plan(candidates, policy(1, false), LATER))).containsExactly(2L);
  }

  @Test
  void supersededOnesStayAMinuteForReaders() {
    RetentionPolicy policy =
        new RetentionPolicy(
            OptionalInt.of(1),
            Optional.empty(),
            Optional.empty(),
            false,
            START,
            RetentionPolicy.READERS_GRACE);
    // 1 is superseded by 2, two minutes after the start.
    Instant superseded = START.plus(Duration.ofMinutes(2));
    assertThat(plan(policy, superseded.plusSeconds(59), "1 2").kept().get(new Prefix(1, 1, 1)))
        .containsExactly(KeptReason.READERS);
    assertThat(steps(plan(policy, superseded.plusSeconds(60), "1 2"))).containsExactly(1L);
  }

  @Test
  void anOustedBestStaysAMinuteToo() {
    RetentionPolicy policy =
        new RetentionPolicy(
            OptionalInt.of(1),
            Optional.empty(),
            Optional.of(new RetentionPolicy.Best("loss", true)),
            false,
            START,
            RetentionPolicy.READERS_GRACE);
    Instant ousted = START.plus(Duration.ofMinutes(9));
    assertThat(steps(plan(policy, ousted.plusSeconds(30), "1=1 2=5 3=5 9=0"))).containsExactly(2L);
    assertThat(steps(plan(policy, ousted.plusSeconds(61), "1=1 2=5 3=5 9=0")))
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void nothingIsKeptForNothing() {
    assertThat(plan(RetentionPolicy.keepAll(), LATER, "1 2 3").delete()).isEmpty();
    assertThat(plan(policy(1, true), LATER, "").delete()).isEmpty();
  }

  /** Whatever the candidates and the policy. */
  @Test
  void theNewestAndAllSinceTheNewestThatCountsAreNeverDeleted() {
    for (int seed = 0; seed < 2000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Candidate> candidates = new ArrayList<>();
      int count = 1 + random.nextInt(8);
      for (int step = 1; step <= count; step++) {
        Map<String, Double> metrics = new HashMap<>();
        if (random.nextBoolean()) {
          metrics.put("loss", (double) random.nextInt(4));
        }
        candidates.add(candidate(step, random.nextBoolean(), metrics));
      }
      RetentionPolicy policy =
          new RetentionPolicy(
              OptionalInt.of(1 + random.nextInt(3)),
              random.nextBoolean() ? Optional.of(Duration.ofMinutes(2)) : Optional.empty(),
              Optional.of(new RetentionPolicy.Best("loss", random.nextBoolean())),
              random.nextBoolean(),
              START,
              Duration.ofMinutes(random.nextInt(3)));
      Instant now = START.plus(Duration.ofMinutes(count + random.nextInt(4)));
      Retention.Plan plan = Retention.plan(candidates, policy, now);
      long newestCounting =
          candidates.stream()
              .filter(c -> c.verified() || !policy.onlyVerified())
              .mapToLong(c -> c.prefix().step())
              .max()
              .orElse(0);
      String where = "seed " + seed;
      assertThat(plan.delete()).as(where).allMatch(p -> p.step() < newestCounting);
      assertThat(plan.delete()).as(where).allMatch(p -> p.step() < count);
      Set<Prefix> all = new HashSet<>(plan.delete());
      all.addAll(plan.kept().keySet());
      assertThat(all).as(where).hasSize(count);
      assertThat(plan.delete()).as(where).doesNotContainAnyElementsOf(plan.kept().keySet());
    }
  }

  private static RetentionPolicy policy(int maxToKeep, boolean onlyVerified) {
    return new RetentionPolicy(
        OptionalInt.of(maxToKeep),
        Optional.empty(),
        Optional.empty(),
        onlyVerified,
        START,
        Duration.ZERO);
  }

  private static RetentionPolicy best(int maxToKeep, boolean lowerIsBetter) {
    return new RetentionPolicy(
        OptionalInt.of(maxToKeep),
        Optional.empty(),
        Optional.of(new RetentionPolicy.Best("loss", lowerIsBetter)),
        true,
        START,
        Duration.ZERO);
  }

  private static Retention.Plan plan(RetentionPolicy policy, Instant now, String candidates) {
    return Retention.plan(candidates(candidates), policy, now);
  }

  /** "3v=0.5": step 3, committed 3 minutes after the start, verified, with a loss of 0.5. */
  private static List<Candidate> candidates(String text) {
    List<Candidate> candidates = new ArrayList<>();
    for (String word : text.isEmpty() ? new String[0] : text.split(" ")) {
      String[] parts = word.split("=");
      boolean verified = parts[0].endsWith("v");
      int step = Integer.parseInt(parts[0].replace("v", ""));
      Map<String, Double> metrics =
          parts.length > 1 ? Map.of("loss", Double.parseDouble(parts[1])) : Map.of();
      candidates.add(candidate(step, verified, metrics));
    }
    return candidates;
  }

  private static Candidate candidate(int step, boolean verified, Map<String, Double> metrics) {
    Instant time = START.plus(Duration.ofMinutes(step));
    return new Candidate(new Prefix(1, 1, step), time, verified, metrics, false);
  }

  private static List<Long> steps(Retention.Plan plan) {
    return plan.delete().stream().map(Prefix::step).toList();
  }
}
