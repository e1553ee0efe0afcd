package io.holdfast.coordinator.protocol;

/**
 * The exit codes by which a coordinator ends, or has a worker end, as the command line documents
 * them.
 */
public final class ExitCode {
  public static final int DONE = 0;

  /** Bad input: the job or its data. */
  public static final int BAD_INPUT = 2;

  /** Every checkpoint of the run is damaged. */
  public static final int DAMAGED = 3;

  /** Storage stays out of reach. */
  public static final int UNREACHABLE = 4;

  public static final int BUG = 70;

  /** Of a worker that an operator drained: it is not to be started again. */
  public static final int DRAINED = 76;

  /** Another coordinator has claimed a newer term; this one left without touching anything. */
  public static final int FENCED = 75;

  private ExitCode() {}
}
