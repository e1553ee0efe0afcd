package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.Finding;
import java.util.List;

/**
 * What became of the repair of one checkpoint.
 *
 * @param prefix the checkpoint
 * @param rebuilt names of the files that were rebuilt; their damaged predecessors lie in the
 *     quarantine
 * @param damage what could not be mended; nothing was touched then
 */
public record RepairReport(Prefix prefix, List<String> rebuilt, List<Finding> damage) {

  public RepairReport {
    rebuilt = List.copyOf(rebuilt);
    damage = List.copyOf(damage);
  }

  /** Of one that is whole already. */
  public static RepairReport nothingToDo(Prefix prefix) {
    return new RepairReport(prefix, List.of(), List.of());
  }

  /** Whether the checkpoint is whole now. */
  public boolean isWhole() {
    return damage.isEmpty();
  }
}
