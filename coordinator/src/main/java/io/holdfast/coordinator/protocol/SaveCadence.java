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
 * <p>Each leader measures anew.
 *
 * @param failures rounds lost under this leader
 * @param observedSeconds how long training was watched for failures
 * @param paceSeconds of a step, saving or not, a moving mean; 0 if unknown
 * @param costs what a save takes, and what training loses by it
 */
public record SaveCadence(
    long failures, double observedSeconds, double paceSeconds, SaveCosts costs) {

  /** Nothing is measured yet. */
  static final SaveCadence UNMEASURED = new SaveCadence(0, 0, 0, SaveCosts.UNMEASURED);

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
  static final double PERIODIC_BUDGET = 0.02;

  /**
   * But however dear they seem, at least this part of the time may be spent on them: other things
   * than saves make steps slow, too.
   */
  private static final double LEAST_SHARE = 0.05;

  /** And one may be made in so long, if that is no more than {@link #MOST_SHARE} of the time. */
  private static final double LONGEST_APART_SECONDS = 5;

  private static final double MOST_SHARE = 0.2;

  /**
   * After so long without quiet steps, or as long as so many saves take, none is made until some
   * were seen: what saves cost is guessed meanwhile.
   */
  private static final double MOST_BLIND_SECONDS = 2;

  private static final double MOST_BLIND_SAVES = 8;

  /** Weight of the newest step in its moving mean. */
  private static final double WEIGHT = 0.2;

  private static final double NANOS = 1e9;

  /** What was decided and why, for people. */
  record Choice(Duration interval, String reason) {}

  /** A round is lost. */
  SaveCadence failed() {
    return new SaveCadence(failures + 1, observedSeconds, paceSeconds, costs.abandoned());
  }

  /** A save begins. */
  SaveCadence started(long nowNanos) {
    return with(costs.started(nowNanos));
  }

  /** The save under way is through. */
  SaveCadence through(long nowNanos) {
    return with(costs.through(nowNanos));
  }

  /** Training stood still for the save under way. */
  SaveCadence stalled(long nanos) {
    return with(costs.stalled(nanos));
  }

  /** The save under way came to nothing. */
  SaveCadence abandoned() {
    return with(costs.abandoned());
  }

  private SaveCadence with(SaveCosts measured) {
    return new SaveCadence(failures, observedSeconds, paceSeconds, measured);
  }

  /** A step took so long. */
  SaveCadence stepped(long nanos) {
    double seconds = nanos / NANOS;
    double pace = paceSeconds == 0 ? seconds : paceSeconds + WEIGHT * (seconds - paceSeconds);
    return new SaveCadence(failures, observedSeconds + seconds, pace, costs.stepped(seconds));
  }

  /**
   * Whether another periodic save beside training may be made now. Where they are wanted farther
   * apart than one takes, each is; else as many as training does not feel.
   *
   * @param wantedSeconds between the saves that the job names
   */
  boolean isAffordable(long nowNanos, double wantedSeconds) {
    double save = costs.saveSeconds();
    if (wantedSeconds >= save) {
      return true;
    }
    if (costs.blindSeconds() > mostBlindSeconds()) {
      return false;
    }
    double longest = Math.max(LONGEST_APART_SECONDS, save / MOST_SHARE);
    double most = Math.min(save / LEAST_SHARE, longest);
    double apart = Math.min(most, costs.costSeconds() / PERIODIC_BUDGET);
    return nowNanos - costs.startedNanos() >= apart * NANOS;
  }

  /** The first save is measured before another is made. */
  private double mostBlindSeconds() {
    double save = costs.saveSeconds();
    return costs.saves() == 0 ? save : Math.max(MOST_BLIND_SECONDS, MOST_BLIND_SAVES * save);
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
    if (costs.saves() == 0) {
      return new Choice(FIRST_INTERVAL, "auto: no save is measured yet");
    }
    double cost = Math.max(0, costs.costSeconds());
    double best = Math.sqrt(2 * cost * secondsBetweenFailures());
    double byBudget = cost / stallBudget;
    double seconds = Math.max(best, Math.max(byBudget, costs.saveSeconds()));
    double bounded =
        Math.min(MAX_INTERVAL.toSeconds(), Math.max(MIN_INTERVAL.toSeconds(), seconds));
    return new Choice(Duration.ofMillis(Math.round(bounded * 1000)), reason(best, byBudget));
  }

  private String reason(double best, double byBudget) {
    String limit = "";
    if (byBudget > Math.max(best, costs.saveSeconds())) {
      limit = ", held to the stall budget";
    } else if (costs.saveSeconds() > best) {
      limit = ", not shorter than a save takes";
    }
    return String.format(
        Locale.ROOT,
        "auto: a save costs %.3f s of training and takes %.2f s, %d failures in %.0f s%s",
        costs.costSeconds(),
        costs.saveSeconds(),
        failures,
        observedSeconds,
        limit);
  }
}
