package io.holdfast.coordinator.protocol;

import java.time.Duration;
import java.util.Locale;

/**
 * How often to save when the job leaves it to the leader ({@code interval: auto}): what a save
 * costs and how often this run fails are measured, and the interval that loses least in all follows
 * from both.
 *
 * <p>With a save that costs C seconds of training, and M seconds between failures, about C per
 * interval T is lost by saving and T / 2 by each failure; the sum is least for {@code T = sqrt(2 C
 * M)} (J. W. Young, 1974, first order of J. T. Daly, 2006). T is never shorter than a save takes,
 * nor so short that saving costs more than the job's stall budget.
 *
 * <p>A save costs what steps take longer than without one, from its start to the end of the step in
 * which it is committed, and what training waits for it. Each leader measures anew.
 *
 * @param failures rounds lost under this leader
 * @param observedSeconds how long training was watched for failures
 * @param saves how many were measured
 * @param saveSeconds from the start of a save to its commit, a moving mean
 * @param costSeconds of training that a save costs, a moving mean
 * @param stepSeconds of a step while no save is under way, a moving mean; 0 if unknown
 * @param saving whether a save is under way, or was at the beginning of this step
 * @param costSoFar of that save, seconds
 * @param took from the start of that save to its commit, seconds; 0 if it is not committed
 */
public record SaveCadence(
    long failures,
    double observedSeconds,
    long saves,
    double saveSeconds,
    double costSeconds,
    double stepSeconds,
    boolean saving,
    double costSoFar,
    double took) {

  /** Nothing is measured yet. */
  static final SaveCadence UNMEASURED = new SaveCadence(0, 0, 0, 0, 0, 0, false, 0, 0);

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

  /** Weight of the newest measurement in the moving means. */
  private static final double WEIGHT = 0.2;

  private static final double NANOS = 1e9;

  /** What was decided and why, for people. */
  record Choice(Duration interval, String reason) {}

  /** A round is lost. */
  SaveCadence failed() {
    return new SaveCadence(
        failures + 1, observedSeconds, saves, saveSeconds, costSeconds, stepSeconds, false, 0, 0);
  }

  /** A save begins. */
  SaveCadence started() {
    return during(true, 0, 0);
  }

  /** The save under way is committed, so long after it began. */
  SaveCadence committed(long nanos) {
    return during(saving, costSoFar, nanos / NANOS);
  }

  /** Training stood still for the save under way. */
  SaveCadence stalled(long nanos) {
    return during(saving, costSoFar + nanos / NANOS, took);
  }

  /** The save under way came to nothing. */
  SaveCadence abandoned() {
    return during(false, 0, 0);
  }

  private SaveCadence during(boolean isSaving, double cost, double tookSeconds) {
    return new SaveCadence(
        failures,
        observedSeconds,
        saves,
        saveSeconds,
        costSeconds,
        stepSeconds,
        isSaving,
        cost,
        tookSeconds);
  }

  /** A step took so long. */
  SaveCadence stepped(long nanos) {
    double seconds = nanos / NANOS;
    double more = saving && stepSeconds > 0 ? Math.max(0, seconds - stepSeconds) : 0;
    SaveCadence watched =
        new SaveCadence(
            failures,
            observedSeconds + seconds,
            saves,
            saveSeconds,
            costSeconds,
            saving ? stepSeconds : mean(stepSeconds, seconds, stepSeconds == 0),
            saving,
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
        mean(costSeconds, costSoFar, first),
        stepSeconds,
        false,
        0,
        0);
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
    double best = Math.sqrt(2 * costSeconds * secondsBetweenFailures());
    double byBudget = costSeconds / stallBudget;
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
