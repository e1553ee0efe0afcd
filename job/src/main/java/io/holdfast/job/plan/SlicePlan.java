package io.holdfast.job.plan;

import io.holdfast.storage.bundle.TensorSlice;
import java.util.ArrayList;
import java.util.List;

/**
 * How a job's variables are cut, by the job alone: along axis 0 into about equal blocks of at most
 * {@link #TARGET_BYTES} each, more for a model so large that there would be over {@link
 * #MAX_SLICES}, less for one so small that its owners could not share it evenly. Variables that
 * TensorFlow cannot reassemble, and scalars, stay whole. Slots are cut like their weight.
 */
public final class SlicePlan {
  /** A larger variable is cut; then blocks have between half of this and this. */
  public static final long TARGET_BYTES = 2L << 20;

  /** Blocks grow when there would be more, so that an index stays small. */
  public static final int MAX_SLICES = 1 << 16;

  /** Blocks are not made smaller for the sake of an even share. */
  public static final long MIN_TARGET_BYTES = 64L << 10;

  /** Blocks that each of as many owners as there may be should have, where sizes allow. */
  private static final int BLOCKS_PER_OWNER = 4;

  private final List<SliceGroup> groups;

  private SlicePlan(List<SliceGroup> groups) {
    this.groups = List.copyOf(groups);
  }

  /** The cut for one owner. */
  public static SlicePlan of(ModelPlan model) {
    return of(model, 1);
  }

  /** The cut for as many owners as the job has logical shards. */
  public static SlicePlan of(ModelPlan model, int shards) {
    long total = model.variables().stream().mapToLong(Variable::bytes).sum();
    long target = Math.max(fairTarget(model, shards), -Math.floorDiv(-total, (long) MAX_SLICES));
    List<SliceGroup> groups = new ArrayList<>();
    for (Variable variable : model.variables()) {
      if (!(variable.role() instanceof Variable.Slot)) {
        cut(variable, model.slotsOf(variable), target, groups);
      }
    }
    return new SlicePlan(groups);
  }

  private static long fairTarget(ModelPlan model, int shards) {
    if (shards == 1) {
      return TARGET_BYTES;
    }
    long weights = model.weights().stream().mapToLong(Variable::bytes).sum();
    long fair = weights / ((long) BLOCKS_PER_OWNER * shards);
    return Math.min(TARGET_BYTES, Math.max(MIN_TARGET_BYTES, fair));
  }

  /** In order of their variables, and of rows within one; {@code groups().get(i).index() == i}. */
  public List<SliceGroup> groups() {
    return groups;
  }

  /** The group of that index. */
  public SliceGroup group(int index) {
    return groups.get(index);
  }

  /** Every slice of every variable, each once, group by group. */
  public List<Slice> slices() {
    return groups.stream().flatMap(group -> group.slices().stream()).toList();
  }

  private static void cut(
      Variable variable, List<Variable> slots, long target, List<SliceGroup> groups) {
    long blocks = blocks(variable, target);
    for (long block = 0; block < blocks; block++) {
      long at = block;
      List<Slice> slotSlices = slots.stream().map(slot -> slice(slot, at, blocks)).toList();
      groups.add(new SliceGroup(groups.size(), slice(variable, at, blocks), slotSlices));
    }
  }

  private static long blocks(Variable variable, long target) {
    if (!variable.dtype().sliceable() || variable.shape().rank() == 0) {
      return 1;
    }
    return Math.max(
        1, Math.min(variable.shape().dim(0), -Math.floorDiv(-variable.bytes(), target)));
  }

  private static Slice slice(Variable variable, long block, long blocks) {
    int rank = variable.shape().rank();
    if (blocks == 1) {
      return new Slice(variable, TensorSlice.full(rank), 0, variable.shape().elements());
    }
    long rows = variable.shape().dim(0);
    long first = block * rows / blocks;
    long count = (block + 1) * rows / blocks - first;
    long rowElements = variable.shape().elements() / rows;
    return new Slice(
        variable, TensorSlice.rows(rank, first, count), first * rowElements, count * rowElements);
  }
}
