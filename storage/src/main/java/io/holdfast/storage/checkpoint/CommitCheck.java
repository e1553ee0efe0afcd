package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleEntry;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.BundleIndexBuilder;
import io.holdfast.storage.bundle.InconsistentBundleException;
import io.holdfast.storage.bundle.WrittenPiece;
import io.holdfast.storage.store.ObjectReader;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Makes the index of what the writers report, if it is a whole checkpoint of the job. */
final class CommitCheck {

  /** What was reported makes no whole checkpoint; the message says what does not fit. */
  static final class RejectedException extends Exception {
    private static final long serialVersionUID = 1L;

    RejectedException(String message) {
      super(message);
    }
  }

  private static final List<String> REQUIRED =
      List.of(CheckpointKeys.SAVE_COUNTER, CheckpointKeys.OBJECT_GRAPH);

  private final CommitRequest request;

  CommitCheck(CommitRequest request) {
    this.request = request;
  }

  /** The index that the request describes. */
  BundleIndex index() throws RejectedException {
    if (request.shards() == 0) {
      throw new RejectedException("no shard was reported");
    }
    BundleIndexBuilder builder = BundleIndex.builder(request.shards());
    Set<Integer> seen = new TreeSet<>();
    for (ShardReport report : request.reports()) {
      if (report.shard() >= request.shards() || !seen.add(report.shard())) {
        throw new RejectedException(
            "shard " + report.shard() + " of " + request.shards() + " was reported amiss");
      }
      requireFilled(report);
      builder.addAll(report.shard(), report.pieces());
    }
    BundleIndex index;
    try {
      index = builder.build();
    } catch (InconsistentBundleException e) {
      throw new RejectedException(e.getMessage());
    }
    requireExpected(index);
    return index;
  }

  private static void requireFilled(ShardReport report) throws RejectedException {
    long bytes = report.pieces().stream().mapToLong(WrittenPiece::size).sum();
    if (bytes != report.length()) {
      throw new RejectedException(
          "shard %d has %d bytes and pieces of %d"
              .formatted(report.shard(), report.length(), bytes));
    }
  }

  private void requireExpected(BundleIndex index) throws RejectedException {
    Set<String> extra = new TreeSet<>(index.entries().keySet());
    extra.removeIf(name -> !CheckpointKeys.isVariable(name));
    List<String> problems = new ArrayList<>();
    for (ExpectedTensor expected : request.expected()) {
      extra.remove(expected.name());
      problem(index.entry(expected.name()), expected).ifPresent(problems::add);
    }
    extra.forEach(name -> problems.add("\"" + name + "\" is no variable of the job"));
    REQUIRED.stream()
        .filter(name -> index.entry(name).isEmpty())
        .forEach(name -> problems.add("\"" + name + "\" is missing"));
    if (!problems.isEmpty()) {
      String more = problems.size() > 1 ? " and " + (problems.size() - 1) + " more" : "";
      throw new RejectedException(problems.get(0) + more);
    }
  }

  private static Optional<String> problem(Optional<BundleEntry> entry, ExpectedTensor expected) {
    if (entry.isEmpty()) {
      return Optional.of("\"" + expected.name() + "\" is missing");
    }
    BundleEntry actual = entry.get();
    if (actual.dtype() != expected.dtype() || !actual.shape().equals(expected.shape())) {
      return Optional.of(
          "\"%s\" is %s %s, not %s %s"
              .formatted(
                  expected.name(),
                  actual.dtype(),
                  actual.shape(),
                  expected.dtype(),
                  expected.shape()));
    }
    return Optional.empty();
  }

  /** Every shard file is on disk with the length its writer reported. */
  void requireOnDisk(ObjectStore store) throws IOException, RejectedException {
    for (ShardReport report : request.reports()) {
      String name = request.prefix().files().shard(report.shard(), request.shards());
      try (ObjectReader reader = store.open(name)) {
        if (reader.length() != report.length()) {
          throw new RejectedException(
              name + " has " + reader.length() + " bytes, not " + report.length());
        }
      } catch (NoSuchFileException e) {
        throw new RejectedException(name + " is missing");
      }
    }
  }
}
