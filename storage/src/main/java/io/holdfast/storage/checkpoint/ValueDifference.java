package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.ElementDistance;
import io.holdfast.storage.bundle.TensorShape;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What differs between two tensors of one type and shape, band by band. For one thread. */
final class ValueDifference {
  private final DataType dtype;
  private long differing;
  private long notFinite;
  private double maxAbs;
  private double maxRel;

  ValueDifference(DataType dtype) {
    this.dtype = dtype;
  }

  /** Takes in the same band of both, little endian. */
  void compare(ByteBuffer first, ByteBuffer second) {
    int mismatch = first.mismatch(second);
    if (mismatch < 0) {
      return;
    }
    ElementDistance distance = new ElementDistance(dtype, first, second);
    for (int i = mismatch / dtype.bytes(); i < distance.count(); i++) {
      if (!distance.isSame(i)) {
        take(distance.absolute(i), distance.relative(i));
      }
    }
  }

  private void take(double absolute, double relative) {
    differing++;
    if (!Double.isFinite(absolute)) {
      notFinite++;
      return;
    }
    maxAbs = Math.max(maxAbs, absolute);
    maxRel = Math.max(maxRel, relative);
  }

  /** What was found; empty if all bits are the same. */
  Optional<TensorDifference> of(String name, TensorShape shape) {
    return differing == 0
        ? Optional.empty()
        : Optional.of(
            new TensorDifference.OtherValues(
                name, dtype, shape, shape.elements(), differing, maxAbs, maxRel, notFinite));
  }
}
