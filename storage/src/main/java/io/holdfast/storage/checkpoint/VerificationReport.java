package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.Finding;
import java.util.List;

/**
 * What a full reading of one checkpoint found.
 *
 * @param prefix the checkpoint
 * @param damage what makes it unusable
 * @param foreign files with its prefix that are not part of it; its own bytes are untouched by them
 * @param parity what is wrong with its parity file; the checkpoint is untouched by it
 * @param gone whether its index went while it was read, so that nothing is to be concluded
 */
public record VerificationReport(
    Prefix prefix,
    List<Finding> damage,
    List<Finding> foreign,
    List<Finding> parity,
    boolean gone) {

  public VerificationReport {
    damage = List.copyOf(damage);
    foreign = List.copyOf(foreign);
    parity = List.copyOf(parity);
  }

  /** Whether every byte of it is what was written. */
  public boolean isWhole() {
    return !gone && damage.isEmpty();
  }

  /** Whether it is damaged, which a checkpoint that is gone is not. */
  public boolean isDamaged() {
    return !gone && !damage.isEmpty();
  }

  /** Whether it is whole and nothing unaccounted for lies beside it. */
  public boolean isClean() {
    return isWhole() && foreign.isEmpty() && parity.isEmpty();
  }
}
