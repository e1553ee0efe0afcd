package io.holdfast.coordinator.protocol;

import java.time.Duration;
import java.util.Locale;

/**
 * How often to save: what a save costs and how often this run fails are measured. Where the job
 * leaves it to the leader ({@code interval: auto}), the interval that loses least in all follows
 * from both; where it names steps or seconds, saves are made as seldom as it takes for training not
 * to feel them.
 *
 * <p>With a save that costs C seconds of training, and M seconds between failures, about C per
 * interval T is lost by saving and T / 2 by each failure; the sum is least for {@code T = sqrt(2 C
 * M)} (J. W. Young, 1974, first order of J. T. Daly, 2006). T is never shorter than a save takes,
 * nor so short that saving costs more than the job's stall budget.
 *
 * <p>A save costs what steps take longer than without one, from its start to the end of the step in
 * which it is through its states (committed, and read back where the job wants that), and what
 * training waits for it. Each leader measures anew.
 *
 * @param failures rounds lost under this leader
 * @param observedSeconds how long training was watched for failures
 * @param saves how many were measured
 * @param saveSeconds that a save takes from its start until it is through, a moving mean
 * @param costSeconds of training that a save costs, a moving mean; below 0 where steps vary more
 * @param stepSeconds of a step while no save is under way, a moving mean; 0 if unknown
 * @param saving whether a save is under way, or was at the beginning of this step
 * @param blind saves measured since a step was seen without one: what that takes is guessed then
 * @param startedNanos when the last one began
 * @param costSoFar of that save, seconds
 * @param took that save, seconds; 0 if it is not through
 */
public record SaveCadence(
    long failures,
    double observedSeconds,
    long saves,
    double saveSeconds,
    double costSeconds,
    double stepSeconds,
    boolean saving,
    long blind,
    long startedNanos,
    double costSoFar,
    double took) {

  /** Nothing is measured yet. */
  static final SaveCadence UNMEASURED = new SaveCadence(0, 0, 0, 0, 0, 0, false, 0, 0, 0, 0);

  /** The interval until a save has been measured. */
  static final Duration FIRST_INTERVAL = Duration.ofSeconds(10);

  /** No interval is shorter. */
  static final Duration MIN_INTERVAL = Duration.ofSeconds(1);

  /** No interval is longer, however rarely anything fails. */
  static final Duration MAX_INTERVAL = Duration.ofHours(1);

  /**
   * Before anything has failed a run is taken for one that fails once in so long: a cluster of a
   * few hundred nodes.
   */
  static final Duration PRIOR_BETWEEN_FAILURES = Duration.ofHours(6);

  /** Saves at named steps or times may slow down training by this part of its time at most. */
  static final double PERIODIC_BUDGET = 0.03;

  /**
   * But however dear they seem, at least this part of the time may be spent on them: other things
   * than saves make steps slow, too.
   */
  private static final double LEAST_SHARE = 0.2;

  /**
   * After so many saves without a step between them, one is done without to see what steps take.
   */
  private static final long MOST_BLIND = 16;

  /** Weight of the newest measurement in the moving means. */
  private static final double WEIGHT = 0.2;

  /** The same for what saves cost, which is a small difference of steps that vary. */
  private static final double COST_WEIGHT = 0.1;

  private static final double NANOS = 1e9;

  /** What was decided and why, for people. */
  record Choice(Duration interval, String reason) {}

  /** A round is lost. */
  SaveCadence failed() {
    return new SaveCadence(
        failures + 1,
        observedSeconds,
        saves,
        saveSeconds,
        costSeconds,
        stepSeconds,
        false,
        blind,
        startedNanos,
        0,
        0);
  }

  /** A save begins. */
  SaveCadence started(long nowNanos) {
    return during(true, nowNanos, 0, 0);
  }

  /** The save under way is through. */
  SaveCadence through(long nowNanos) {
    return during(saving, startedNanos, costSoFar, Math.max(1, nowNanos - startedNanos) / NANOS);
  }

  /** Training stood still for the save under way. */
  SaveCadence stalled(long nanos) {
    return during(saving, startedNanos, costSoFar + nanos / NANOS, took);
  }

  /** The save under way came to nothing. */
  SaveCadence abandoned() {
    return during(false, startedNanos, 0, 0);
  }

  private SaveCadence during(boolean isSaving, long started, double cost, double tookSeconds) {
    return new SaveCadence(
        failures,
        observedSeconds,
        saves,
        saveSeconds,
        costSeconds,
        stepSeconds,
        isSaving,
        blind,
        started,
        cost,
        tookSeconds);
  }

  /** A step took so long. */
  SaveCadence stepped(long nanos) {
    double seconds = nanos / NANOS;
    // Faster steps count as well: steps that merely vary are no cost.
    double more = saving && stepSeconds > 0 ? seconds - stepSeconds : 0;
    SaveCadence watched =
        new SaveCadence(
            failures,
            observedSeconds + seconds,
            saves,
            saveSeconds,
            costSeconds,
            saving ? stepSeconds : mean(stepSeconds, seconds, stepSeconds == 0),
            saving,
            saving ? blind : 0,
            startedNanos,
            costSoFar + more,
            took);
    return took > 0 ? watched.measured() : watched;
  }

  private SaveCadence measured() {
    boolean first = saves == 0;
    return new SaveCadence(
        failures,
        observedSeconds,
        saves + 1,
        mean(saveSeconds, took, first),
        first ? costSoFar : costSeconds + COST_WEIGHT * (costSoFar - costSeconds),
        stepSeconds,
        false,
        blind + 1,
        startedNanos,
        0,
        0);
  }

  /**
   * Whether another periodic save beside training may be made now. Where they are wanted farther
   * apart than one takes, each is; else as many as training does not feel.
   *
   * @param wantedSeconds between the saves that the job names
   */
  boolean isAffordable(long nowNanos, double wantedSeconds) {
    if (wantedSeconds >= saveSeconds) {
      return true;
    }
    double most = saveSeconds / LEAST_SHARE;
    double apart = blind > MOST_BLIND ? most : Math.min(most, costSeconds / PERIODIC_BUDGET);
    return nowNanos - startedNanos >= apart * NANOS;
  }

  private static double mean(double before, double now, boolean first) {
    return first ? now : before + WEIGHT * (now - before);
  }

  private double secondsBetweenFailures() {
    double prior = PRIOR_BETWEEN_FAILURES.toSeconds();
    return (prior + observedSeconds) / (1 + failures);
  }

  /**
   * The interval from now on.
   *
   * @param stallBudget the part of the time that saving may cost at most, above 0
   */
  Choice choose(double stallBudget) {
    if (saves == 0) {
      return new Choice(FIRST_INTERVAL, "auto: no save is measured yet");
    }
    double cost = Math.max(0, costSeconds);
    double best = Math.sqrt(2 * cost * secondsBetweenFailures());
    double byBudget = cost / stallBudget;
    double seconds = Math.max(best, Math.max(byBudget, saveSeconds));
    double bounded =
        Math.min(MAX_INTERVAL.toSeconds(), Math.max(MIN_INTERVAL.toSeconds(), seconds));
    return new Choice(Duration.ofMillis(Math.round(bounded * 1000)), reason(best, byBudget));
  }

  private String reason(double best, double byBudget) {
    String limit = "";
    if (byBudget > Math.max(best, saveSeconds)) {
      limit = ", held to the stall budget";
    } else if (saveSeconds > best) {
      limit = ", not shorter than a save takes";
    }
    return String.format(
        Locale.ROOT,
        "auto: a save costs %.3f s of training and takes %.2f s, %d failures in %.0f s%s",
        costSeconds,
        saveSeconds,
        failures,
        observedSeconds,
        limit);
  }
}
