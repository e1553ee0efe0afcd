package io.holdfast.storage.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What retention has to decide about in a run directory: the checkpoints of that run. */
final class Candidates {
  private Candidates() {}

  static List<Retention.Candidate> of(
      DirectoryListing listing,
      String runId,
      Predicate<Prefix> verified,
      MetadataCache metadata,
      Map<Prefix, Pins.Mark> marks)
      throws IOException {
    List<Retention.Candidate> candidates = new ArrayList<>();
    for (StoredCheckpoint stored : listing.checkpoints()) {
      Prefix prefix = stored.prefix();
      if (!metadata.isOf(prefix, runId)) {
        continue;
      }
      candidates.add(
          new Retention.Candidate(
              prefix,
              stored.time(),
              stored.copies(),
              verified.test(prefix),
              metadata.metricsOf(prefix),
              marks.get(prefix) == Pins.Mark.PINNED));
    }
    metadata.forgetAllBut(
        listing.checkpoints().stream().map(StoredCheckpoint::prefix).collect(Collectors.toSet()));
    return candidates;
  }
}
