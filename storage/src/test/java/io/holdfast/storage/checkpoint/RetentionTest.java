package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.checkpoint.Retention.Candidate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
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
  void whatIsSparedStaysForItsReadersUnlessItIsKeptAnyway() {
    Retention.Plan plan = plan(policy(2, false), LATER, "1 2 3 4");
    Retention.Plan spared = plan.sparing(List.of(new Prefix(1, 1, 1), new Prefix(1, 1, 4)));
    assertThat(steps(spared)).containsExactly(2L);
    assertThat(spared.kept())
        .containsEntry(new Prefix(1, 1, 1), Set.of(KeptReason.READERS))
        .containsEntry(new Prefix(1, 1, 4), Set.of(KeptReason.LATEST));
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
    RetentionPolicy policy = besides(1, Optional.of(Duration.ofMinutes(3)), 0, Optional.empty(), 0);
    // Candidate n is committed n minutes after the start.
    List<Candidate> candidates = candidates("1 2 3 4 5 6 7 8");
    Retention.Plan plan = Retention.plan(candidates, policy, LATER);
    assertThat(steps(plan)).containsExactly(1L, 2L, 4L, 5L, 7L);
    candidates.removeIf(c -> plan.delete().containsKey(c.prefix()));
    assertThat(Retention.plan(candidates, policy, LATER).delete()).as("stable").isEmpty();
  }

  @Test
  void whatWasPreservedForItsSpanStaysSoWhenAnEarlierOneHasExpired() {
    RetentionPolicy policy =
        new RetentionPolicy(
            OptionalInt.of(1),
            Optional.of(Duration.ofMinutes(2)),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.of(Duration.ofMinutes(2)),
            OptionalLong.empty(),
            false,
            "run-1",
            START,
            Duration.ZERO);
    Instant now = START.plus(Duration.ofMinutes(5));
    List<Candidate> candidates = candidates("2 3 4 5");
    candidates.set(
        1,
        new Candidate(
            candidates.get(1).prefix(), candidates.get(1).time(), Map.of(), true, Map.of(), true));
    Retention.Plan plan = Retention.plan(candidates, policy, now);
    assertThat(steps(plan)).containsExactly(2L);
    candidates.removeIf(c -> plan.delete().containsKey(c.prefix()));
    assertThat(Retention.plan(candidates, policy, now).delete()).isEmpty();
  }

  @Test
  void pinnedOnesStay() {
    Candidate pinned = new Candidate(new Prefix(1, 1, 1), START, Map.of(), false, Map.of(), true);
    List<Candidate> candidates = candidates("2 3");
    candidates.add(pinned);
    assertThat(steps(Retention.plan(candidates, policy(1, false), LATER))).containsExactly(2L);
  }

  @Test
  void supersededOnesStayAMinuteForReaders() {
    RetentionPolicy policy =
        RetentionPolicy.keepNewest(1, false, "run-1", START, RetentionPolicy.READERS_GRACE);
    // 1 is superseded by 2, two minutes after the start.
    Instant superseded = START.plus(Duration.ofMinutes(2));
    assertThat(plan(policy, superseded.plusSeconds(59), "1 2").kept().get(new Prefix(1, 1, 1)))
        .containsExactly(KeptReason.READERS);
    assertThat(steps(plan(policy, superseded.plusSeconds(60), "1 2"))).containsExactly(1L);
  }

  @Test
  void anOustedBestStaysAMinuteToo() {
    RetentionPolicy policy = best(1, true, 1, RetentionPolicy.READERS_GRACE);
    Instant ousted = START.plus(Duration.ofMinutes(9));
    assertThat(steps(plan(policy, ousted.plusSeconds(30), "1v=1 2v=5 3v=5 9v=0")))
        .containsExactly(2L);
    assertThat(steps(plan(policy, ousted.plusSeconds(61), "1v=1 2v=5 3v=5 9v=0")))
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void nothingIsKeptForNothing() {
    assertThat(plan(policy(100, false), LATER, "1 2 3").delete()).isEmpty();
    assertThat(plan(policy(1, true), LATER, "").delete()).isEmpty();
  }

  @Test
  void theBestFewAreKept() {
    RetentionPolicy two = best(1, true, 2, Duration.ZERO);
    assertThat(steps(plan(two, LATER, "1v=3 2v=1 3v=2 4v=1 5v=9"))).containsExactly(1L, 3L);
    RetentionPolicy minute = best(1, true, 2, RetentionPolicy.READERS_GRACE);
    Instant ousted = START.plus(Duration.ofMinutes(4));
    assertThat(steps(plan(minute, ousted.plusSeconds(59), "1v=3 2v=1 3v=2 4v=1 5v=9")))
        .as("3 was ousted by 4")
        .containsExactly(1L);
    assertThat(steps(plan(minute, ousted.plusSeconds(60), "1v=3 2v=1 3v=2 4v=1 5v=9")))
        .containsExactly(1L, 3L);
  }

  @Test
  void multiplesOfSoManyStepsAreKept() {
    Retention.Plan plan =
        plan(besides(1, Optional.empty(), 3, Optional.empty(), 0), LATER, "1 2 3 4 5 6 7 8");
    assertThat(steps(plan)).containsExactly(1L, 2L, 4L, 5L, 7L);
    assertThat(plan.kept().get(new Prefix(1, 1, 6))).containsExactly(KeptReason.EVERY);
  }

  @Test
  void nothingOutlivesItsTimeButTheNewestTheBestAndThePinned() {
    Optional<Duration> ttl = Optional.of(Duration.ofMinutes(5));
    Retention.Plan plan =
        plan(
            besides(5, Optional.empty(), 2, ttl, 0),
            START.plus(Duration.ofMinutes(10)),
            "1 2=1 3 4 5 6 7");
    assertThat(steps(plan)).containsExactly(1L, 3L, 4L, 5L);
    assertThat(plan.delete().values()).containsOnly(DeletedReason.EXPIRED);
    assertThat(steps(plan(besides(5, Optional.empty(), 2, ttl, 0), LATER, "5 6 7")))
        .as("the newest stays")
        .containsExactly(5L, 6L);
  }

  /** 1 and 2 share 100 bytes, as 3 and 4 do. */
  @Test
  void aBudgetCountsASharedFileOnceAndForAsLongAsAnyoneHasIt() {
    List<Candidate> sharing = new ArrayList<>();
    for (int step = 1; step <= 4; step++) {
      Candidate own = candidate(step, false, Map.of());
      Map<Object, Long> copies = Map.of("of " + step, 10L, "shared " + (step + 1) / 2, 100L);
      sharing.add(
          new Candidate(own.prefix(), own.time(), copies, own.verified(), own.metrics(), false));
    }
    assertThat(steps(Retention.plan(sharing, within(240), LATER))).isEmpty();
    assertThat(steps(Retention.plan(sharing, within(230), LATER))).containsExactly(1L);
    assertThat(steps(Retention.plan(sharing, within(229), LATER)))
        .as("without 1 alone 230 bytes are left, without 2 as well 120")
        .containsExactly(1L, 2L);
  }

  private static RetentionPolicy within(long bytes) {
    return besides(4, Optional.empty(), 0, Optional.empty(), bytes);
  }

  @Test
  void aBudgetOverridesCountsAndStepsButNotTheNewestTheBestAndThePinned() {
    // Each has 10 bytes.
    Retention.Plan plan =
        plan(besides(4, Optional.empty(), 2, Optional.empty(), 35), LATER, "1 2 3=1 4 5 6");
    assertThat(steps(plan)).containsExactly(1L, 2L, 4L);
    assertThat(plan.delete())
        .containsEntry(new Prefix(1, 1, 1), DeletedReason.SUPERSEDED)
        .containsEntry(new Prefix(1, 1, 2), DeletedReason.NO_ROOM);
    assertThat(steps(plan(besides(4, Optional.empty(), 2, Optional.empty(), 1), LATER, "1=1 2 3")))
        .as("more than the newest and the best does not go")
        .containsExactly(2L);
  }

  private static RetentionPolicy policy(int maxToKeep, boolean onlyVerified) {
    return RetentionPolicy.keepNewest(maxToKeep, onlyVerified, "run-1", START, Duration.ZERO);
  }

  private static RetentionPolicy best(int maxToKeep, boolean lowerIsBetter) {
    return best(maxToKeep, lowerIsBetter, 1, Duration.ZERO);
  }

  private static RetentionPolicy best(
      int maxToKeep, boolean lowerIsBetter, int keep, Duration grace) {
    return new RetentionPolicy(
        OptionalInt.of(maxToKeep),
        Optional.empty(),
        OptionalLong.empty(),
        Optional.of(new RetentionPolicy.Best("loss", lowerIsBetter, keep)),
        Optional.empty(),
        OptionalLong.empty(),
        true,
        "run-1",
        START,
        grace);
  }

  private static RetentionPolicy besides(
      int maxToKeep, Optional<Duration> every, long everySteps, Optional<Duration> ttl, long room) {
    return new RetentionPolicy(
        OptionalInt.of(maxToKeep),
        every,
        everySteps > 0 ? OptionalLong.of(everySteps) : OptionalLong.empty(),
        Optional.of(new RetentionPolicy.Best("loss", true, 1)),
        ttl,
        room > 0 ? OptionalLong.of(room) : OptionalLong.empty(),
        false,
        "run-1",
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
    Map<Object, Long> copies = Map.of("of " + step, 10L);
    return new Candidate(new Prefix(1, 1, step), time, copies, verified, metrics, false);
  }

  private static List<Long> steps(Retention.Plan plan) {
    return plan.delete().keySet().stream().map(Prefix::step).toList();
  }
}
