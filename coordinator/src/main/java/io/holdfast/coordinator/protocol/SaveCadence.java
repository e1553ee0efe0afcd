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
 * @param failures rounds and leaders lost in this run
 * @param observedSeconds how long this run was watched for failures
 * @param saves how many were measured
 * @param saveSeconds from the start of a save to its commit, a moving mean
 * @param costSeconds of training that a save costs by making steps wait or slower, a moving mean
 * @param stepSeconds of a step while no save is under way, a moving mean; 0 if unknown
 * @param costSoFar of the save under way, seconds
 */
public record SaveCadence(
    long failures,
    double observedSeconds,
    long saves,
    double saveSeconds,
    double costSeconds,
    double stepSeconds,
    double costSoFar) {

  /** Nothing is measured yet. */
  static final SaveCadence UNMEASURED = new SaveCadence(0, 0, 0, 0, 0, 0, 0);

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

  SaveCadence failed() {
    return new SaveCadence(
        failures + 1, observedSeconds, saves, saveSeconds, costSeconds, stepSeconds, 0);
  }

  /** A step took so long. */
  SaveCadence stepped(long nanos, boolean saving) {
    double seconds = nanos / NANOS;
    double cost = saving && stepSeconds > 0 ? Math.max(0, seconds - stepSeconds) : 0;
    double quiet = saving ? stepSeconds : mean(stepSeconds, seconds, stepSeconds == 0);
    return new SaveCadence(
        failures,
        observedSeconds + seconds,
        saves,
        saveSeconds,
        costSeconds,
        quiet,
        costSoFar + cost);
  }

  /** Training stood still for a save. */
  SaveCadence stalled(long nanos) {
    double seconds = nanos / NANOS;
    return new SaveCadence(
        failures,
        observedSeconds + seconds,
        saves,
        saveSeconds,
        costSeconds,
        stepSeconds,
        costSoFar + seconds);
  }

  /** The save under way is committed, so long after it began. */
  SaveCadence saved(long nanos) {
    boolean first = saves == 0;
    return new SaveCadence(
        failures,
        observedSeconds,
        saves + 1,
        mean(saveSeconds, nanos / NANOS, first),
        mean(costSeconds, costSoFar, first),
        stepSeconds,
        0);
  }

  /** The save under way came to nothing. */
  SaveCadence abandoned() {
    return new SaveCadence(
        failures, observedSeconds, saves, saveSeconds, costSeconds, stepSeconds, 0);
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
