package io.holdfast.cli.supervisor;

import java.time.Duration;

/**
 * Decides whether a child that died is started again. A pure function of what it has been told.
 *
 * <p>What somebody kills from outside is replaced at once, for a pause would only eat the time
 * until the next kill; and for as long as the run makes progress without any bound. What dies of
 * itself is replaced with growing pauses, and given up after {@link #MOST_CRASHES} in a row without
 * progress: it would only die again.
 */
final class RestartPolicy {

  /** Deaths of its own in a row, without progress between them. */
  static final int MOST_CRASHES = 4;

  /** Kills in a row without progress; many, for a kill says nothing about the child. */
  static final int MOST_KILLS = 100;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  private int crashes;
  private int kills;

  /** What to do about a death. */
  sealed interface Decision {

    /** Start it again after a pause. */
    record Restart(Duration pause) implements Decision {}

    /** It would only die again. */
    record GiveUp(int deaths) implements Decision {}
  }

  /** The run has got further since the last death. */
  void progressed() {
    crashes = 0;
    kills = 0;
  }

  Decision died(Death death) {
    if (death instanceof Death.Killed) {
      kills++;
      return kills > MOST_KILLS ? new Decision.GiveUp(kills) : new Decision.Restart(Duration.ZERO);
    }
    crashes++;
    return crashes > MOST_CRASHES
        ? new Decision.GiveUp(crashes)
        : new Decision.Restart(pause(crashes - 1));
  }

  /** Doubles with each crash; {@link #MOST_CRASHES} bounds it to seconds. */
  private static Duration pause(int doublings) {
    return FIRST_PAUSE.multipliedBy(1L << doublings);
  }
}
