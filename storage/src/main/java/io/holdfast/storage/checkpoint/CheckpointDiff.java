package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleEntry;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.TensorBands;
import io.holdfast.storage.bundle.TensorSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Compares the variables of two checkpoints bit for bit, whatever their shard files and slices: the
 * same variables that {@link CheckpointDigest} is over. Reads both in full, every checksum checked,
 * with two bands of {@link TensorBands#MAX_BYTES} in memory at most.
 */
public final class CheckpointDiff {

  /** How the comparison ended. */
  public sealed interface Result {}

  /**
   * Both were read whole.
   *
   * @param variables number of names in either
   * @param differences those that differ, in order of name; none if and only if the digests are
   *     equal
   */
  public record Compared(int variables, List<TensorDifference> differences) implements Result {
    public Compared {
      differences = List.copyOf(differences);
    }
  }

  /**
   * One of the two is damaged, so nothing is known.
   *
   * @param side which one
   * @param damage what is wrong with it
   */
  public record Damaged(TensorDifference.Side side, DamagedCheckpointException damage)
      implements Result {}

  /** Damage, and whose. */
  private static final class SideException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Damaged result;

    SideException(TensorDifference.Side side, DamagedCheckpointException damage) {
      super(damage);
      this.result = new Damaged(side, damage);
    }
  }

  private final BundleReader first;
  private final BundleReader second;
  private final int bandBytes;

  private CheckpointDiff(BundleReader first, BundleReader second, int bandBytes) {
    this.first = first;
    this.second = second;
    this.bandBytes = bandBytes;
  }

  /** Compares two open checkpoints. */
  public static Result of(BundleReader first, BundleReader second) throws IOException {
    return of(first, second, TensorBands.MAX_BYTES);
  }

  static Result of(BundleReader first, BundleReader second, int bandBytes) throws IOException {
    try {
      return new CheckpointDiff(first, second, bandBytes).compare();
    } catch (SideException e) {
      return e.result;
    }
  }

  private Compared compare() throws IOException, SideException {
    Map<String, BundleEntry> left = variables(first);
    Map<String, BundleEntry> right = variables(second);
    TreeMap<String, BundleEntry> all = new TreeMap<>(left);
    all.putAll(right);
    List<TensorDifference> differences = new ArrayList<>();
    for (String name : all.keySet()) {
      compare(left.get(name), right.get(name), differences);
    }
    return new Compared(all.size(), differences);
  }

  private static Map<String, BundleEntry> variables(BundleReader reader) {
    return CheckpointKeys.variables(reader.index()).stream()
        .collect(Collectors.toMap(BundleEntry::name, Function.identity()));
  }

  /** Either entry is null where that checkpoint has no such variable. */
  private void compare(BundleEntry left, BundleEntry right, List<TensorDifference> differences)
      throws IOException, SideException {
    if (left == null || right == null) {
      TensorDifference.Side side =
          left == null ? TensorDifference.Side.SECOND : TensorDifference.Side.FIRST;
      BundleEntry only = left == null ? right : left;
      check(side, only);
      differences.add(new TensorDifference.OnlyIn(only.name(), side, only.dtype(), only.shape()));
      return;
    }
    if (left.dtype() != right.dtype() || !left.shape().equals(right.shape())) {
      check(TensorDifference.Side.FIRST, left);
      check(TensorDifference.Side.SECOND, right);
      differences.add(
          new TensorDifference.OtherType(
              left.name(), left.dtype(), left.shape(), right.dtype(), right.shape()));
      return;
    }
    ValueDifference values = new ValueDifference(left.dtype());
    for (TensorSlice band : TensorBands.of(bandBytes, List.of(left, right))) {
      values.compare(
          read(TensorDifference.Side.FIRST, left, band),
          read(TensorDifference.Side.SECOND, right, band));
    }
    values.of(left.name(), left.shape()).ifPresent(differences::add);
  }

  /** Reads a variable for its checksums alone. */
  private void check(TensorDifference.Side side, BundleEntry entry)
      throws IOException, SideException {
    for (TensorSlice band : TensorBands.of(bandBytes, List.of(entry))) {
      read(side, entry, band);
    }
  }

  private ByteBuffer read(TensorDifference.Side side, BundleEntry entry, TensorSlice band)
      throws IOException, SideException {
    BundleReader reader = side == TensorDifference.Side.FIRST ? first : second;
    try {
      return CheckpointDigest.read(reader, entry, band);
    } catch (DamagedCheckpointException e) {
      throw new SideException(side, e);
    }
  }
}
