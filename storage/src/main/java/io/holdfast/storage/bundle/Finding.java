package io.holdfast.storage.bundle;

/**
 * One thing that is wrong with a checkpoint's files.
 *
 * @param file name of the file
 * @param kind what sort of damage
 * @param problem what exactly, for an operator
 */
public record Finding(String file, Kind kind, String problem) {

  /** Sorts of damage. */
  public enum Kind {
    /** The index cannot be understood, or differs from what this program writes. */
    BAD_INDEX,
    /** A shard file is not there. */
    MISSING,
    /** A shard file is too short, or bytes are not what was written. */
    BAD_BYTES,
    /** A shard file has bytes that belong to no tensor, or to two. */
    UNACCOUNTED
  }

  /** As operators read it: the file and the problem. */
  @Override
  public String toString() {
    return file + ": " + problem;
  }
}
