package io.holdfast.storage.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What retention has to decide about in a run directory. */
final class Candidates {
  private Candidates() {}

  static List<Retention.Candidate> of(
      DirectoryListing listing,
      Predicate<Prefix> verified,
      MetricsCache metrics,
      Map<Prefix, Pins.Mark> marks)
      throws IOException {
    List<Retention.Candidate> candidates = new ArrayList<>();
    for (StoredCheckpoint stored : listing.checkpoints()) {
      Prefix prefix = stored.prefix();
      candidates.add(
          new Retention.Candidate(
              prefix,
              stored.time(),
              stored.bytes(),
              verified.test(prefix),
              metrics.of(prefix),
              marks.get(prefix) == Pins.Mark.PINNED));
    }
    metrics.forgetAllBut(
        candidates.stream().map(Retention.Candidate::prefix).collect(Collectors.toSet()));
    return candidates;
  }
}
