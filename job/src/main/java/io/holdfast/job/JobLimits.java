package io.holdfast.job;

/** The bounds of a job file: everything in it is held to one of these before it is trusted. */
public final class JobLimits {
  private JobLimits() {}

  /** Bytes of a job file. */
  public static final int MAX_FILE_BYTES = 1 << 20;

  /** Nesting of maps and lists in a job file. */
  public static final int MAX_DEPTH = 32;

  /** Maps, lists and scalars in a job file. */
  public static final int MAX_NODES = 100_000;

  /** Characters of a name. */
  public static final int MAX_NAME_LENGTH = 128;

  /** Layers of a model. */
  public static final int MAX_LAYERS = 1024;

  /** Dimensions of a sample or a target, so that with the batch TensorFlow's limit of 8 holds. */
  public static final int MAX_RANK = 7;

  /** One dimension, number of units, filters or classes. */
  public static final int MAX_DIM = 1 << 24;

  /** Elements of one variable, or of one sample anywhere in the model. */
  public static final long MAX_TENSOR_ELEMENTS = Integer.MAX_VALUE;

  /** Height or width of a kernel, a pooling window or a stride. */
  public static final int MAX_WINDOW = 1 << 14;

  /** Samples of a data set. */
  public static final int MAX_SAMPLES = Integer.MAX_VALUE - 8;

  /** Columns of a CSV file. */
  public static final int MAX_CSV_COLUMNS = 1 << 16;

  /** Characters of one cell of a CSV file. */
  public static final int MAX_CSV_CELL = 1 << 10;

  /** Features and labels of a CSV file, all rows together; each takes 4 bytes in a worker. */
  public static final long MAX_CSV_VALUES = 1L << 30;

  /** Rows of a global batch. */
  public static final int MAX_BATCH_SIZE = 1 << 24;

  /** Epochs of a run. */
  public static final int MAX_EPOCHS = 1_000_000_000;

  /** Steps of a run. */
  public static final long MAX_STEPS = 1L << 48;

  /** Logical shards of a batch. */
  public static final int MAX_SHARDS = 1 << 12;

  /** Threads of one kernel call. */
  public static final int MAX_THREADS = 256;

  /** Checkpoints that are kept. */
  public static final int MAX_TO_KEEP = 1_000_000;

  /** Lost files of a checkpoint that can be rebuilt. */
  public static final int MAX_PARITY = 1;

  /** Shard files that a worker writes at once of what steps change. */
  public static final int MAX_WRITERS = 16;

  /** Bytes of a disk budget: 4 EiB. */
  public static final long MAX_DISK_BYTES = 1L << 62;

  /** The longest wait for workers that are missing: a day. */
  public static final int MAX_REPLACE_WAIT_SECS = 24 * 3600;

  /** Signs of life more often than this would only cost: time is told each 100 ms. */
  public static final int MIN_HEARTBEAT_MILLIS = 100;

  /** Signs of life more rarely than each minute are none. */
  public static final int MAX_HEARTBEAT_MILLIS = 60_000;

  /** Heartbeats that a lease has room for at least. */
  public static final int HEARTBEATS_IN_A_LEASE = 3;

  /** The longest lease: an hour. */
  public static final int MAX_LEASE_MILLIS = 3_600_000;

  /** A worker's own work cannot be called stuck sooner. */
  public static final int MIN_PROGRESS_TIMEOUT_SECS = 1;

  /** A worker's own work that takes a day is stuck. */
  public static final int MAX_PROGRESS_TIMEOUT_SECS = 24 * 3600;

  /** Any span of time in a job file: ten years. */
  public static final long MAX_SECONDS = 10L * 366 * 24 * 3600;
}
