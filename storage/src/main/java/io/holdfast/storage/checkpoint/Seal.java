package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.IndexSeal;
import io.holdfast.storage.bundle.ShardWriter;
import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.bundle.WrittenPiece;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What binds an index to its checkpoint: shard 0 ends with an {@link IndexSeal} over all other
 * pieces. Checkpoints of releases before it have none, and do not say that they have one.
 */
final class Seal {
  private Seal() {}

  /**
   * Appends the seal, as the last piece of shard 0.
   *
   * @param own pieces in shard 0 so far
   * @param others reports of all other shard files
   */
  static WrittenPiece append(ShardWriter shard, List<WrittenPiece> own, List<ShardReport> others)
      throws IOException {
    IndexSeal seal = new IndexSeal();
    own.forEach(piece -> seal.add(0, piece));
    others.forEach(report -> report.pieces().forEach(piece -> seal.add(report.shard(), piece)));
    return shard.appendString(CheckpointKeys.SEAL, seal.digest(others.size() + 1));
  }

  /** The seal that an index should bear. */
  static String of(BundleIndex index) {
    IndexSeal seal = new IndexSeal();
    index.entries().values().stream()
        .filter(entry -> !entry.name().equals(CheckpointKeys.SEAL))
        .forEach(seal::add);
    return seal.digest(index.shards());
  }

  /** What is wrong with a checkpoint's seal; empty if it fits, or is of before there were any. */
  static Optional<String> problem(BundleReader reader)
      throws IOException, DamagedCheckpointException {
    Optional<String> stored = CheckpointMetadata.text(reader, CheckpointKeys.SEAL);
    if (stored.isEmpty()) {
      return CheckpointMetadata.saysSealed(reader)
          ? Optional.of("has lost the seal of its index")
          : Optional.empty();
    }
    return isScalar(reader.index()) && stored.get().equals(of(reader.index()))
        ? Optional.empty()
        : Optional.of("is not the index that its checkpoint was sealed with");
  }

  /** The seal says nothing of its own entry. */
  private static boolean isScalar(BundleIndex index) {
    return index
        .entry(CheckpointKeys.SEAL)
        .filter(entry -> entry.shape().equals(TensorShape.SCALAR))
        .isPresent();
  }
}
