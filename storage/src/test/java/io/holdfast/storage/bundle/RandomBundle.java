package io.holdfast.storage.bundle;

import io.holdfast.storage.bundle.TensorSlice.Extent;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Writes tensors of random bytes, cut at random into blocks that go to random shard files. */
final class RandomBundle {

  static final String PREFIX = "model.ckpt-12";

  private final Random random;
  private final int shards;
  private final MemoryObjects objects = new MemoryObjects();
  private final BundleFiles files = new BundleFiles(PREFIX);
  private final List<ShardWriter> writers = new ArrayList<>();
  private final List<List<WrittenPiece>> pieces = new ArrayList<>();
  private final Map<String, byte[]> values = new LinkedHashMap<>();

  RandomBundle(Random random, int shards) {
    this.random = random;
    this.shards = shards;
    for (int shard = 0; shard < shards; shard++) {
      writers.add(new ShardWriter(objects.create(files.shard(shard, shards))));
      pieces.add(new ArrayList<>());
    }
  }

  /** The whole bytes of each numeric tensor. */
  Map<String, byte[]> values() {
    return values;
  }

  byte[] add(String name, DataType dtype, TensorShape shape) throws Exception {
    byte[] value = new byte[(int) shape.elements() * dtype.bytes()];
    random.nextBytes(value);
    for (int i = 0; dtype == DataType.BOOL && i < value.length; i++) {
      value[i] &= 1;
    }
    List<TensorSlice> blocks = new ArrayList<>();
    cut(TensorSlice.full(shape.rank()), shape, dtype.sliceable() ? 3 : 0, blocks);
    Collections.shuffle(blocks, random);
    for (TensorSlice slice : blocks) {
      byte[] bytes = block(value, shape, slice, dtype.bytes());
      int shard = random.nextInt(shards);
      ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
      pieces.get(shard).add(writers.get(shard).append(name, dtype, shape, slice, direct));
    }
    values.put(name, value);
    return value;
  }

  void addStrings(String name, TensorShape shape, List<byte[]> strings) throws Exception {
    int shard = random.nextInt(shards);
    pieces.get(shard).add(writers.get(shard).appendStrings(name, shape, strings));
  }

  MemoryObjects finish() throws Exception {
    BundleIndexBuilder builder = BundleIndex.builder(shards);
    for (int shard = 0; shard < shards; shard++) {
      Collections.shuffle(pieces.get(shard), random);
      builder.addAll(shard, pieces.get(shard));
    }
    objects.put(files.index(), builder.build().encode());
    return objects;
  }

  /** Cuts in two along a random axis, and the halves again. */
  private void cut(TensorSlice slice, TensorShape shape, int depth, List<TensorSlice> into) {
    List<Long> dims = slice.shapeIn(shape).dims();
    int axis = dims.isEmpty() ? -1 : random.nextInt(dims.size());
    if (depth == 0 || axis < 0 || shape.elements() == 0 || dims.get(axis) < 2) {
      into.add(slice);
      return;
    }
    long lower = 1L + random.nextInt((int) (dims.get(axis) - 1));
    long start = slice.extents().get(axis).start();
    for (Extent half :
        List.of(new Extent(start, lower), new Extent(start + lower, dims.get(axis) - lower))) {
      List<Extent> extents = new ArrayList<>(slice.extents());
      extents.set(axis, half);
      cut(new TensorSlice(extents), shape, depth - 1, into);
    }
  }

  /** The bytes of a block, element by element: slow and plain, to check the fast way against. */
  static byte[] block(byte[] value, TensorShape shape, TensorSlice slice, int elementBytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (long element = 0; element < shape.elements(); element++) {
      long rest = element;
      boolean inside = true;
      for (int axis = shape.rank() - 1; axis >= 0; axis--) {
        Extent extent = slice.extents().get(axis);
        long at = rest % shape.dim(axis);
        rest /= shape.dim(axis);
        inside &=
            extent.isFull() || (at >= extent.start() && at < extent.start() + extent.length());
      }
      if (inside) {
        out.write(value, (int) element * elementBytes, elementBytes);
      }
    }
    return out.toByteArray();
  }
}
