package io.holdfast.coordinator.protocol;

import java.util.Objects;
import java.util.Optional;

/**
 * Where the state of the next round comes from, as far as it is known.
 *
 * @param request number of the newest question to storage
 * @param asked whether its answer is outstanding
 * @param found whether {@code source} is known
 * @param source the newest good checkpoint; none for initial values
 * @param failures answers in a row that storage does not answer
 * @param retryAtNanos not before then is storage asked again
 * @param disputed a checkpoint in which a worker found damage
 * @param disputes complaints in a row that storage did not confirm
 */
public record Recovery(
    long request,
    boolean asked,
    boolean found,
    Optional<Checkpoint> source,
    int failures,
    long retryAtNanos,
    Optional<String> disputed,
    int disputes) {
  static final Recovery NONE =
      new Recovery(0, false, false, Optional.empty(), 0, 0, Optional.empty(), 0);

  public Recovery {
    Objects.requireNonNull(source);
    Objects.requireNonNull(disputed);
  }

  Recovery ask() {
    return new Recovery(
        request + 1, true, false, Optional.empty(), failures, 0, disputed, disputes);
  }

  Recovery answeredBy(Optional<Checkpoint> checkpoint) {
    return new Recovery(request, false, true, checkpoint, 0, 0, Optional.empty(), disputes);
  }

  /** Forget the source; ask again not before that time. */
  Recovery again(int failuresInARow, long atNanos) {
    return new Recovery(
        request, false, false, Optional.empty(), failuresInARow, atNanos, disputed, disputes);
  }

  Recovery disputing(String prefix) {
    return new Recovery(
        request, asked, found, source, failures, retryAtNanos, Optional.of(prefix), disputes + 1);
  }

  Recovery undisputed() {
    return new Recovery(request, asked, found, source, failures, retryAtNanos, Optional.empty(), 0);
  }
}
