package io.holdfast.storage.bundle;

import io.holdfast.storage.bundle.ShardLayout.Placed;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * Reads a whole checkpoint back in bounded memory and tells all that is wrong with it. It ends with
 * an {@link IOException}, and no verdict, if a file cannot be read.
 */
public final class BundleVerifier {

  /** Whose rules a checkpoint is held to. */
  public enum Origin {
    /**
     * Written by this program: the index has its one canonical form, and the pieces fill their
     * shard files without a gap.
     */
    HOLDFAST,
    /** Written by anyone: other block sizes, gaps and orders are allowed. */
    ANY
  }

  private final BundleFiles files;
  private final ObjectOpener objects;
  private final Origin origin;
  private final Consumer<Finding> findings;

  private BundleVerifier(
      BundleFiles files, ObjectOpener objects, Origin origin, Consumer<Finding> findings) {
    this.files = files;
    this.objects = objects;
    this.origin = origin;
    this.findings = findings;
  }

  /** Checks the checkpoint and passes on each finding; none means that it is whole. */
  public static void verify(
      BundleFiles files, ObjectOpener objects, Origin origin, Consumer<Finding> findings)
      throws IOException {
    new BundleVerifier(files, objects, origin, findings).verify();
  }

  private void verify() throws IOException {
    BundleIndex index;
    try {
      byte[] bytes = BundleReader.readIndex(files, objects);
      index = BundleIndex.parse(files.index(), bytes);
      if (origin == Origin.HOLDFAST && !index.isCanonical(bytes)) {
        report(Finding.Kind.BAD_INDEX, "differs from its one canonical form");
      }
    } catch (DamagedCheckpointException e) {
      findings.accept(finding(Finding.Kind.BAD_INDEX, e));
      return;
    } catch (NoSuchFileException | FileNotFoundException e) {
      report(Finding.Kind.MISSING, "is missing");
      return;
    }
    SortedMap<Integer, List<Placed>> layout = ShardLayout.of(index.entries().values());
    try (BundleReader reader = new BundleReader(files, index, objects)) {
      for (Map.Entry<Integer, List<Placed>> shard : layout.entrySet()) {
        verifyShard(reader, shard.getKey(), shard.getValue());
      }
    }
  }

  private void verifyShard(BundleReader reader, int number, List<Placed> pieces)
      throws IOException {
    ShardReader shard;
    try {
      shard = reader.shard(number);
    } catch (DamagedCheckpointException e) {
      findings.accept(finding(Finding.Kind.MISSING, e));
      return;
    }
    for (Placed placed : pieces) {
      try {
        check(shard, placed);
      } catch (DamagedCheckpointException e) {
        findings.accept(finding(Finding.Kind.BAD_BYTES, e));
      }
    }
    if (origin == Origin.HOLDFAST) {
      checkFilled(shard, pieces);
    }
  }

  private static void check(ShardReader shard, Placed placed)
      throws IOException, DamagedCheckpointException {
    BundleEntry entry = placed.entry();
    StoredSlice piece = placed.piece();
    if (entry.dtype().hasFixedSize()) {
      shard.stream(piece, placed.described(), (offset, part) -> {});
      return;
    }
    shard.requireInside(piece, placed.described());
    if (entry.dtype() == DataType.STRING) {
      long count = piece.slice().shapeIn(entry.shape()).elements();
      StringTensor.check(shard, piece, placed.described(), count);
    }
  }

  /** Every byte belongs to exactly one piece. */
  private void checkFilled(ShardReader shard, List<Placed> pieces) {
    long end = 0;
    for (Placed placed : pieces) {
      long offset = placed.piece().offset();
      if (offset != end) {
        String problem =
            "%s begins at byte %d where byte %d is the next"
                .formatted(placed.described(), offset, end);
        findings.accept(new Finding(shard.file(), Finding.Kind.UNACCOUNTED, problem));
      }
      end = Math.max(end, placed.piece().end());
    }
    if (shard.length() > end) {
      String problem = "has " + (shard.length() - end) + " bytes behind the last tensor";
      findings.accept(new Finding(shard.file(), Finding.Kind.UNACCOUNTED, problem));
    }
  }

  private void report(Finding.Kind kind, String problem) {
    findings.accept(new Finding(files.index(), kind, problem));
  }

  private static Finding finding(Finding.Kind kind, DamagedCheckpointException damage) {
    return new Finding(damage.file(), kind, damage.problem());
  }
}
