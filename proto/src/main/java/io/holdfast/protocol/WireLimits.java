package io.holdfast.protocol;

/** The bounds of every field on the wire; what exceeds one is refused, never cut down in memory. */
public final class WireLimits {
  /** Bytes of one message; the transport refuses larger ones. */
  public static final int MAX_MESSAGE_BYTES = 64 << 20;

  /** Characters of an id, a host, a version, a digest, a prefix, a checkpoint key. */
  public static final int MAX_NAME_LENGTH = 4096;

  /** Characters of a reason; longer ones are cut by whoever says them. */
  public static final int MAX_REASON_LENGTH = 8192;

  /** Characters of a job's canonical text. */
  public static final int MAX_JOB_LENGTH = 4 << 20;

  /** Logical shards, and so sums in one message. */
  public static final int MAX_SHARDS = 1 << 12;

  /** Metrics of a job. */
  public static final int MAX_METRICS = 1024;

  /** Members of a round. */
  public static final int MAX_MEMBERS = 1024;

  /** Groups of slices of a job. */
  public static final int MAX_GROUPS = 1 << 17;

  /** Shard files of one worker in a checkpoint. */
  public static final int MAX_FILES_A_WORKER = 64;

  /** Pieces of one shard file. */
  public static final int MAX_PIECES = 1 << 19;

  private WireLimits() {}
}
