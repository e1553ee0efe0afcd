package io.holdfast.storage.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real Keras opens checkpoints, cut in slices over several shard files, that this program wrote.
 */
class KerasRestoreTest {

  private static final int SHARDS = 3;
  private static final String PREFIX = "ckpt-7";

  /** A small CNN as the script builds it, with its optimizer's variables. */
  private static final class Case {

    private final Random random = new Random(20261122);
    private final MemoryObjects objects = new MemoryObjects();
    private final BundleFiles files = new BundleFiles(PREFIX);
    private final BundleIndexBuilder index = BundleIndex.builder(SHARDS);
    private final List<ShardWriter> writers = new ArrayList<>();
    private final List<KerasGraph.Layer> layers = new ArrayList<>();
    private final List<TensorShape> trainable = new ArrayList<>();
    private final List<KerasGraph.Slot> slots = new ArrayList<>();
    private int pieces;

    Case() {
      for (int shard = 0; shard < SHARDS; shard++) {
        writers.add(new ShardWriter(objects.create(files.shard(shard, SHARDS))));
      }
    }

    Case layer(String name) {
      layers.add(new KerasGraph.Layer(name, List.of()));
      return this;
    }

    Case layer(String name, TensorShape kernel, TensorShape bias) throws Exception {
      layers.add(
          new KerasGraph.Layer(
              name, List.of(trainable(name, "kernel", kernel), trainable(name, "bias", bias))));
      return this;
    }

    Case normalization(String name, TensorShape shape) throws Exception {
      layers.add(
          new KerasGraph.Layer(
              name,
              List.of(
                  trainable(name, "gamma", shape),
                  trainable(name, "beta", shape),
                  statistic(name, "moving_mean", shape),
                  statistic(name, "moving_variance", shape))));
      return this;
    }

    private KerasGraph.Weight trainable(String layer, String part, TensorShape shape)
        throws Exception {
      String key = "optimizer/_trainable_variables/" + trainable.size() + ObjectGraph.VALUE_SUFFIX;
      trainable.add(shape);
      return new KerasGraph.Weight(part, floats(key, layer + "/" + part, shape), true);
    }

    private KerasGraph.Weight statistic(String layer, String part, TensorShape shape)
        throws Exception {
      String key =
          "model/_functional/_operations/"
              + (layers.size() + 1)
              + "/"
              + part
              + ObjectGraph.VALUE_SUFFIX;
      return new KerasGraph.Weight(part, floats(key, layer + "/" + part, shape), false);
    }

    /** Slots of all weights, interleaved, behind iterations and the learning rate. */
    void slots(int first, String... lists) throws Exception {
      for (TensorShape shape : trainable) {
        for (String list : lists) {
          String number = String.valueOf(first + slots.size());
          String key = "optimizer/_variables/" + number + ObjectGraph.VALUE_SUFFIX;
          slots.add(new KerasGraph.Slot(list, floats(key, "slot/" + number, shape)));
        }
      }
    }

    /** Writes positive floats, cut along the first axis into a piece for each shard file. */
    private KerasVariable floats(String key, String path, TensorShape shape) throws Exception {
      long rows = shape.rank() == 0 ? 1 : shape.dim(0);
      long perRow = shape.elements() / rows;
      for (long row = 0; row < rows; ) {
        long count = Math.min(rows - row, (rows + SHARDS - 1) / SHARDS);
        ByteBuffer bytes =
            ByteBuffer.allocateDirect((int) (count * perRow * Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
          bytes.putFloat(random.nextFloat());
        }
        TensorSlice slice =
            shape.rank() == 0 ? TensorSlice.full(0) : TensorSlice.rows(shape.rank(), row, count);
        int shard = pieces++ % SHARDS;
        index.add(
            shard, writers.get(shard).append(key, DataType.FLOAT, shape, slice, bytes.flip()));
        row += count;
      }
      return new KerasVariable(key, path);
    }

    private KerasVariable counter(KerasVariable variable, long value) throws Exception {
      ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putLong(value).flip();
      index.add(
          0, writers.get(0).append(variable.key(), DataType.INT64, TensorShape.SCALAR, bytes));
      return variable;
    }

    void write(Path directory, boolean learningRate) throws Exception {
      KerasVariable iterations =
          new KerasVariable("optimizer/_iterations" + ObjectGraph.VALUE_SUFFIX, "iteration");
      counter(iterations, 41);
      counter(KerasGraph.SAVE_COUNTER, 7);
      Optional<KerasVariable> rate = Optional.empty();
      if (learningRate) {
        String key = "optimizer/_learning_rate" + ObjectGraph.VALUE_SUFFIX;
        rate = Optional.of(floats(key, "learning_rate", TensorShape.SCALAR));
      }
      byte[] graph =
          KerasGraph.encode(layers, Optional.of(new KerasGraph.Optimizer(iterations, rate, slots)));
      index.add(0, writers.get(0).appendString(ObjectGraph.KEY, graph));
      objects.put(files.index(), index.build().encode());
      CheckpointState state =
          new CheckpointState(PREFIX, List.of(PREFIX), List.of(1.5), OptionalDouble.of(0.5));
      objects.put(CheckpointState.FILE, state.encode());
      List<Finding> findings = new ArrayList<>();
      BundleVerifier.verify(files, objects, BundleVerifier.Origin.HOLDFAST, findings::add);
      assertThat(findings).isEmpty();
      Files.createDirectories(directory);
      objects.writeTo(directory);
    }
  }

  @Test
  void kerasRestoresAndTakesTheSameStep(@TempDir Path directory) throws Exception {
    Python.assumePresent();
    Path cases = directory.resolve("cases");
    Case adam = dense(conv(new Case()), 64);
    adam.slots(2, "momentums", "velocities");
    adam.write(cases.resolve("adam"), true);

    Case amsgrad = dense(conv(new Case()), 64);
    amsgrad.slots(2, "momentums", "velocities");
    amsgrad.slots(2, "velocity_hats");
    amsgrad.write(cases.resolve("amsgrad"), true);

    dense(conv(new Case()).layer("dropout"), 64).write(cases.resolve("sgd"), true);

    Case momentum = dense(conv(new Case()).layer("dropout"), 64);
    momentum.slots(2, "momentums");
    momentum.write(cases.resolve("momentum"), true);

    Case pooling = dense(conv(new Case()).layer("max_pooling2d").layer("activation"), 16);
    pooling.slots(2, "momentums", "velocities");
    pooling.write(cases.resolve("pooling"), true);

    Case adamw = dense(conv(new Case()), 64);
    adamw.slots(2, "momentums", "velocities");
    adamw.write(cases.resolve("adamw"), true);

    Case rmsprop = dense(conv(new Case()).layer("global_average_pooling2d"), 4);
    rmsprop.slots(2, "velocities");
    rmsprop.write(cases.resolve("rmsprop"), true);

    Case centered = dense(conv(new Case()), 64);
    for (String list : List.of("velocities", "momentums", "average_gradients")) {
      centered.slots(2, list);
    }
    centered.write(cases.resolve("centered"), true);

    Case adagrad = dense(conv(new Case()).layer("average_pooling2d").layer("reshape"), 16);
    adagrad.slots(2, "accumulators");
    adagrad.write(cases.resolve("adagrad"), true);

    Case normalized = conv(new Case());
    normalized.normalization("batch_normalization", TensorShape.of(4));
    dense(normalized, 64).slots(1, "momentums", "velocities");
    normalized.write(cases.resolve("normalized"), false);

    Python.run(directory.resolve("log"), "restore_keras.py", cases.toString());
  }

  private static Case conv(Case model) throws Exception {
    return model.layer("conv2d", TensorShape.of(3, 3, 1, 4), TensorShape.of(4));
  }

  private static Case dense(Case model, long inputs) throws Exception {
    return model.layer("flatten").layer("dense", TensorShape.of(inputs, 10), TensorShape.of(10));
  }
}
