package io.holdfast.coordinator.protocol;

/**
 * What a save takes, and what training loses by it. Steps in a row in which nothing is felt of a
 * save are quiet; those between two such rows, with one save or many among them, are compared with
 * the mean of both rows, so that a pace that changes (a virtual machine that still compiles) counts
 * neither for saves nor against them.
 *
 * @param saves how many were measured
 * @param saveSeconds that a save takes from its start until it is through its states (committed,
 *     and read back where the job wants that), a moving mean; 0 if none was
 * @param costSeconds of training that a save costs, a moving mean; below 0 where steps vary more
 * @param saving whether a save is under way
 * @param startedNanos when the last one began
 * @param sinceSeconds how long steps have gone on since the last save ended
 * @param before the last row that was long enough
 * @param among the steps since, and what training waited for saves
 * @param savesAmong them
 * @param row the quiet steps since the last save
 */
public record SaveCosts(
    long saves,
    double saveSeconds,
    double costSeconds,
    boolean saving,
    long startedNanos,
    double sinceSeconds,
    Steps before,
    Steps among,
    long savesAmong,
    Steps row) {

  /**
   * Steps that were made.
   *
   * @param count of them
   * @param seconds in all
   */
  public record Steps(long count, double seconds) {
    static final Steps NONE = new Steps(0, 0);

    Steps plus(Steps more) {
      return new Steps(count + more.count, seconds + more.seconds);
    }

    /** They are enough to know how long a step takes. */
    boolean areEnough() {
      return seconds >= LONG_ENOUGH_SECONDS || (seconds >= ENOUGH_SECONDS && count >= ENOUGH_STEPS);
    }

    private double mean() {
      return seconds / count;
    }
  }

  /** Nothing is measured yet. */
  static final SaveCosts UNMEASURED =
      new SaveCosts(0, 0, 0, false, 0, Double.MAX_VALUE, Steps.NONE, Steps.NONE, 0, Steps.NONE);

  private static final double ENOUGH_SECONDS = 0.2;

  private static final long ENOUGH_STEPS = 8;

  /** As few steps as take so long are enough. */
  private static final double LONG_ENOUGH_SECONDS = 1;

  /** What a save leaves to be done is felt no longer than the save took, nor longer than this. */
  private static final double LONGEST_AFTERMATH_SECONDS = 0.2;

  /** Weight of the newest save in the moving mean of what they take. */
  private static final double WEIGHT = 0.2;

  /** The same for what saves cost, which is a small difference of steps that vary. */
  private static final double COST_WEIGHT = 0.1;

  private static final double NANOS = 1e9;

  /** A save begins. */
  SaveCosts started(long nowNanos) {
    boolean enough = row.areEnough();
    return new SaveCosts(
        saves,
        saveSeconds,
        costSeconds,
        true,
        nowNanos,
        0,
        enough ? row : before,
        enough ? Steps.NONE : among.plus(row),
        enough ? 0 : savesAmong,
        Steps.NONE);
  }

  /** Training stood still for the save under way. */
  SaveCosts stalled(long nanos) {
    return seen(sinceSeconds, among.plus(new Steps(0, nanos / NANOS)), row);
  }

  /** The save under way is through; nothing, if it was given up with its round. */
  SaveCosts through(long nowNanos) {
    if (!saving) {
      return this;
    }
    double seconds = Math.max(1, nowNanos - startedNanos) / NANOS;
    double mean = saveSeconds == 0 ? seconds : saveSeconds + WEIGHT * (seconds - saveSeconds);
    return new SaveCosts(
        saves, mean, costSeconds, false, startedNanos, 0, before, among, savesAmong + 1, row);
  }

  /** The save under way came to nothing; what was seen since the last quiet row counts no more. */
  SaveCosts abandoned() {
    return new SaveCosts(
        saves, saveSeconds, costSeconds, false, startedNanos, 0, before, Steps.NONE, 0, Steps.NONE);
  }

  /** A step took so long. */
  SaveCosts stepped(double seconds) {
    Steps step = new Steps(1, seconds);
    double since = saving ? 0 : sinceSeconds + seconds;
    if (saving || sinceSeconds < Math.min(saveSeconds, LONGEST_AFTERMATH_SECONDS)) {
      return seen(since, among.plus(step), row);
    }
    SaveCosts longer = seen(since, among, row.plus(step));
    return longer.row.areEnough() && savesAmong > 0 ? longer.measured() : longer;
  }

  /** For how long no quiet row was long enough to go by. */
  double blindSeconds() {
    return row.areEnough() ? 0 : among.seconds() + row.seconds();
  }

  /** The steps between two rows tell what the saves among them cost. */
  private SaveCosts measured() {
    double quiet = before.count() == 0 ? row.mean() : (before.mean() + row.mean()) / 2;
    double cost = (among.seconds() - among.count() * quiet) / savesAmong;
    double share = (double) savesAmong / (saves + savesAmong);
    double weight = Math.max(share, 1 - Math.pow(1 - COST_WEIGHT, savesAmong));
    return new SaveCosts(
        saves + savesAmong,
        saveSeconds,
        costSeconds + weight * (cost - costSeconds),
        saving,
        startedNanos,
        sinceSeconds,
        before,
        Steps.NONE,
        0,
        row);
  }

  private SaveCosts seen(double since, Steps amongSaves, Steps quietRow) {
    return new SaveCosts(
        saves,
        saveSeconds,
        costSeconds,
        saving,
        startedNanos,
        since,
        before,
        amongSaves,
        savesAmong,
        quietRow);
  }
}
