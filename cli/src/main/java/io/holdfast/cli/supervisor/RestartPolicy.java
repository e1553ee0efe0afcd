package io.holdfast.cli.supervisor;

import java.time.Duration;

/**
 * Decides whether a child that died is started again. A pure function of what it has been told.
 *
 * <p>What somebody kills from outside is replaced at once, for a pause would only eat the time
 * until the next kill; and for as long as the run makes progress without any bound. What dies of
 * itself is replaced with growing pauses, and given up after {@link #MOST_CRASHES} in a row without
 * progress: it would only die again. A host that cannot be reached is tried again with pauses that
 * grow whatever the run does without it.
 */
final class RestartPolicy {

  /** Deaths of its own in a row, without progress between them. */
  static final int MOST_CRASHES = 4;

  /** Kills in a row without progress; many, for a kill says nothing about the child. */
  static final int MOST_KILLS = 100;

  /** Times in a row that a host is not reached, about two minutes, for what cannot be missed. */
  static final int MOST_MISSES = 10;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  /** The longest pause before a host is tried again that could not be reached. */
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private int crashes;
  private int kills;
  private int misses;
  private final int mostMisses;

  private RestartPolicy(int mostMisses) {
    this.mostMisses = mostMisses;
  }

  /** For what the run cannot go on without. */
  static RestartPolicy vital() {
    return new RestartPolicy(MOST_MISSES);
  }

  /** For what the run can go on without: its host is tried again for ever, for it may come back. */
  static RestartPolicy spare() {
    return new RestartPolicy(Integer.MAX_VALUE);
  }

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

  /** It ran for a while before it died: its host had been reached. */
  void lived() {
    misses = 0;
  }

  Decision died(Death death) {
    if (death instanceof Death.Unreachable) {
      misses++;
      return misses > mostMisses
          ? new Decision.GiveUp(misses)
          : new Decision.Restart(pause(misses - 1));
    }
    if (death instanceof Death.Killed) {
      kills++;
      return kills > MOST_KILLS ? new Decision.GiveUp(kills) : new Decision.Restart(Duration.ZERO);
    }
    crashes++;
    return crashes > MOST_CRASHES
        ? new Decision.GiveUp(crashes)
        : new Decision.Restart(pause(crashes - 1));
  }

  /** Doubles with each death, up to {@link #LONGEST_PAUSE}. */
  private static Duration pause(int doublings) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(doublings, MOST_DOUBLINGS));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  private static final int MOST_DOUBLINGS = 10;
}
