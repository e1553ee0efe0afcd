package io.holdfast.model.optimizer;

import io.holdfast.job.plan.SumTree.Span;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The sum of a slice's gradients over logical shards, in the one tree that fixes its bits, worked
 * out block by block where it is used: no sum of a whole slice is ever written down in between.
 * Reads its parts only; for one thread at a time.
 */
public final class GradientSum {
  private final Node root;
  private final int elements;
  private final List<float[]> scratch = new ArrayList<>();

  private GradientSum(Node root) {
    this.root = root;
    this.elements = root.elements();
  }

  /** A node of the tree as far as it adds anything. */
  private sealed interface Node {
    int elements();
  }

  private record Part(FloatBuffer values) implements Node {
    @Override
    public int elements() {
      return values.limit();
    }
  }

  private record Sum(Node left, Node right) implements Node {
    private Sum {
      if (left.elements() != right.elements()) {
        throw new IllegalArgumentException(
            "sums of " + left.elements() + " and of " + right.elements() + " elements");
      }
    }

    @Override
    public int elements() {
      return left.elements();
    }
  }

  /**
   * The sum over a subtree; empty if nothing of it adds anything.
   *
   * @param parts the sums that stand in memory, from position 0 to their limits, by subtree: asked
   *     from the root down, and not below one that is there. An empty shard has none: the other
   *     operand is taken as it is
   */
  public static Optional<GradientSum> of(Span span, Function<Span, Optional<FloatBuffer>> parts) {
    return node(span, parts).map(GradientSum::new);
  }

  private static Optional<Node> node(Span span, Function<Span, Optional<FloatBuffer>> parts) {
    Optional<FloatBuffer> here = parts.apply(span);
    if (here.isPresent() || span.isLeaf()) {
      return here.map(Part::new);
    }
    Optional<Node> left = node(span.left(), parts);
    Optional<Node> right = node(span.right(), parts);
    if (left.isEmpty() || right.isEmpty()) {
      return left.isEmpty() ? right : left;
    }
    return Optional.of(new Sum(left.get(), right.get()));
  }

  /** Number of elements of the slice. */
  public int elements() {
    return elements;
  }

  /** Writes the whole sum from position 0 on; {@code target} may be one of the parts. */
  public void writeTo(FloatBuffer target) {
    float[] block = new float[Blocks.BLOCK];
    for (int from = 0; from < elements; from += Blocks.BLOCK) {
      int n = Math.min(Blocks.BLOCK, elements - from);
      read(from, block, n);
      target.put(from, block, 0, n);
    }
  }

  /** The sum of {@code n} elements, a block at most, from {@code from} on. */
  void read(int from, float[] into, int n) {
    read(root, from, into, n, 0);
  }

  /** Right operands of depth d and below use the scratch from d on; left ones are done by then. */
  private void read(Node node, int from, float[] into, int n, int depth) {
    if (node instanceof Part part) {
      part.values().get(from, into, 0, n);
      return;
    }
    Sum sum = (Sum) node;
    read(sum.left(), from, into, n, depth);
    float[] right = scratch(depth);
    read(sum.right(), from, right, n, depth + 1);
    for (int i = 0; i < n; i++) {
      into[i] += right[i];
    }
  }

  private float[] scratch(int depth) {
    if (depth == scratch.size()) {
      scratch.add(new float[Blocks.BLOCK]);
    }
    return scratch.get(depth);
  }
}
