package io.holdfast.job.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.Initializer;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.LayerSpec.Padding;
import io.holdfast.job.ModelSpec;
import io.holdfast.job.OptimizerSpec;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.TensorShape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ModelPlanTest {
  private static final OptimizerSpec ADAM = new OptimizerSpec.Adam(0.001, 0.9, 0.999, 1e-7);

  private static LayerSpec conv(int filters, int kernel, int stride, Padding padding) {
    return new LayerSpec.Conv2D(
        "conv2d",
        filters,
        kernel,
        kernel,
        stride,
        stride,
        padding,
        ActivationFunction.RELU,
        true,
        Initializer.GLOROT_UNIFORM,
        Initializer.ZEROS,
        true);
  }

  private static LayerSpec averages(int pool, int stride, Padding padding) {
    return new LayerSpec.AveragePooling2D("a", pool, pool, stride, stride, padding);
  }

  private static LayerSpec dense(String name, int units, boolean bias) {
    return dense(name, units, bias, true);
  }

  private static LayerSpec dense(String name, int units, boolean bias, boolean trainable) {
    return new LayerSpec.Dense(
        name,
        units,
        ActivationFunction.LINEAR,
        bias,
        Initializer.GLOROT_UNIFORM,
        Initializer.ZEROS,
        trainable);
  }

  /** The model that real Keras 3.15 was asked for its checkpoint's names and shapes. */
  private static final ModelSpec CNN =
      new ModelSpec(
          TensorShape.of(28, 28, 1),
          List.of(
              conv(4, 3, 1, Padding.VALID),
              new LayerSpec.MaxPooling2D("max_pooling2d", 2, 2, 2, 2, Padding.VALID),
              new LayerSpec.Flatten("flatten"),
              new LayerSpec.Dropout("dropout", 0.5),
              dense("dense", 10, true)));

  @Test
  void listsTheVariablesOfKerasInItsOrder() {
    ModelPlan plan = ModelPlan.of(CNN, ADAM);

    assertThat(plan.variables())
        .extracting(v -> v.name() + " " + v.dtype() + " " + v.shape() + " " + shortKey(v))
        .containsExactly(
            "conv2d/kernel FLOAT [3, 3, 1, 4] optimizer/_trainable_variables/0",
            "conv2d/bias FLOAT [4] optimizer/_trainable_variables/1",
            "dense/kernel FLOAT [676, 10] optimizer/_trainable_variables/2",
            "dense/bias FLOAT [10] optimizer/_trainable_variables/3",
            "adam/iteration INT64 [] optimizer/_iterations",
            "adam/learning_rate FLOAT [] optimizer/_learning_rate",
            "adam/conv2d_kernel_momentum FLOAT [3, 3, 1, 4] optimizer/_variables/2",
            "adam/conv2d_kernel_velocity FLOAT [3, 3, 1, 4] optimizer/_variables/3",
            "adam/conv2d_bias_momentum FLOAT [4] optimizer/_variables/4",
            "adam/conv2d_bias_velocity FLOAT [4] optimizer/_variables/5",
            "adam/dense_kernel_momentum FLOAT [676, 10] optimizer/_variables/6",
            "adam/dense_kernel_velocity FLOAT [676, 10] optimizer/_variables/7",
            "adam/dense_bias_momentum FLOAT [10] optimizer/_variables/8",
            "adam/dense_bias_velocity FLOAT [10] optimizer/_variables/9");
    assertThat(plan.trainableVariables()).hasSize(4);
    assertThat(plan.slotsOf(plan.variable("dense/bias")))
        .extracting(Variable::name)
        .containsExactly("adam/dense_bias_momentum", "adam/dense_bias_velocity");
  }

  /** As real Keras 3.15 names them when {@code trainable} is false before it compiles. */
  @Test
  void frozenWeightsHaveNoSlotsAndAreNotCountedAmongTheTrainable() {
    ModelSpec model =
        new ModelSpec(
            TensorShape.of(6),
            List.of(
                dense("first", 5, true),
                new LayerSpec.Dropout("dropout", 0.5),
                dense("frozen", 4, true, false),
                dense("last", 3, false)));
    ModelPlan plan = ModelPlan.of(model, ADAM);

    assertThat(plan.variables())
        .extracting(v -> v.name() + " " + shortKey(v))
        .containsExactly(
            "first/kernel optimizer/_trainable_variables/0",
            "first/bias optimizer/_trainable_variables/1",
            "frozen/kernel model/_functional/_operations/3/_kernel",
            "frozen/bias model/_functional/_operations/3/bias",
            "last/kernel optimizer/_trainable_variables/2",
            "adam/iteration optimizer/_iterations",
            "adam/learning_rate optimizer/_learning_rate",
            "adam/first_kernel_momentum optimizer/_variables/2",
            "adam/first_kernel_velocity optimizer/_variables/3",
            "adam/first_bias_momentum optimizer/_variables/4",
            "adam/first_bias_velocity optimizer/_variables/5",
            "adam/last_kernel_momentum optimizer/_variables/6",
            "adam/last_kernel_velocity optimizer/_variables/7");
    assertThat(plan.weights()).hasSize(5);
    assertThat(plan.trainableVariables())
        .extracting(Variable::name)
        .containsExactly("first/kernel", "first/bias", "last/kernel");
    assertThat(plan.variable("frozen/bias").frozen()).isTrue();
    assertThat(plan.variable("adam/iteration").frozen()).isFalse();
    assertThat(plan.slotsOf(plan.variable("frozen/kernel"))).isEmpty();
  }

  private static String shortKey(Variable variable) {
    assertThat(variable.key()).endsWith("/.ATTRIBUTES/VARIABLE_VALUE");
    return variable.key().replace("/.ATTRIBUTES/VARIABLE_VALUE", "");
  }

  @Test
  void sgdHasSlotsOnlyWithMomentum() {
    assertThat(ModelPlan.of(CNN, new OptimizerSpec.Sgd(0.1, 0.9, true)).optimizerVariables())
        .extracting(Variable::name)
        .containsExactly(
            "sgd/iteration",
            "sgd/learning_rate",
            "sgd/conv2d_kernel_momentum",
            "sgd/conv2d_bias_momentum",
            "sgd/dense_kernel_momentum",
            "sgd/dense_bias_momentum");
    assertThat(ModelPlan.of(CNN, new OptimizerSpec.Sgd(0.1, 0, false)).optimizerVariables())
        .hasSize(2);
  }

  /** As real Keras 3.15 lists {@code optimizer.variables}. */
  @Test
  void otherOptimizersHaveTheSlotsOfKerasInItsOrder() {
    assertThat(slots(new OptimizerSpec.AdamW(0.1, 0.004, 0.9, 0.999, 1e-7)))
        .startsWith("adam_w/conv2d_kernel_momentum", "adam_w/conv2d_kernel_velocity");
    assertThat(slots(new OptimizerSpec.Adagrad(0.1, 0.1, 1e-7)))
        .containsExactly(
            "adagrad/conv2d_kernel_accumulator",
            "adagrad/conv2d_bias_accumulator",
            "adagrad/dense_kernel_accumulator",
            "adagrad/dense_bias_accumulator");
    assertThat(slots(new OptimizerSpec.RmsProp(0.1, 0.9, 0, 1e-7, false))).hasSize(4);
    OptimizerSpec all = new OptimizerSpec.RmsProp(0.1, 0.9, 0.5, 1e-7, true);
    assertThat(slots(all))
        .containsExactly(
            "rm_sprop/conv2d_kernel_velocity",
            "rm_sprop/conv2d_bias_velocity",
            "rm_sprop/dense_kernel_velocity",
            "rm_sprop/dense_bias_velocity",
            "rm_sprop/conv2d_kernel_momentum",
            "rm_sprop/conv2d_bias_momentum",
            "rm_sprop/dense_kernel_momentum",
            "rm_sprop/dense_bias_momentum",
            "rm_sprop/conv2d_kernel_average_gradient",
            "rm_sprop/conv2d_bias_average_gradient",
            "rm_sprop/dense_kernel_average_gradient",
            "rm_sprop/dense_bias_average_gradient");
    ModelPlan plan = ModelPlan.of(CNN, all);
    assertThat(plan.slotsOf(plan.variable("dense/bias")))
        .extracting(ModelPlanTest::shortKey)
        .containsExactly(
            "optimizer/_variables/5", "optimizer/_variables/9", "optimizer/_variables/13");
  }

  private static List<String> slots(OptimizerSpec optimizer) {
    List<Variable> variables = ModelPlan.of(CNN, optimizer).optimizerVariables();
    return variables.stream().skip(2).map(Variable::name).toList();
  }

  @Test
  void shapesAreThoseOfKeras() {
    assertThat(ModelPlan.of(CNN, ADAM).layers())
        .extracting(layer -> layer.output().toString())
        .containsExactly("[26, 26, 4]", "[13, 13, 4]", "[676]", "[676]", "[10]");
    assertThat(output(conv(8, 3, 2, Padding.VALID), 28, 28, 3)).isEqualTo("[13, 13, 8]");
    assertThat(output(conv(8, 3, 2, Padding.SAME), 28, 27, 3)).isEqualTo("[14, 14, 8]");
    assertThat(output(conv(8, 5, 1, Padding.SAME), 2, 2, 3)).isEqualTo("[2, 2, 8]");
    assertThat(output(dense("dense", 4, true), 3, 5)).isEqualTo("[3, 4]");
    assertThat(output(averages(3, 2, Padding.SAME), 8, 7, 3)).isEqualTo("[4, 4, 3]");
    assertThat(output(averages(3, 2, Padding.VALID), 8, 7, 3)).isEqualTo("[3, 3, 3]");
    assertThat(output(new LayerSpec.GlobalAveragePooling2D("g", false), 8, 7, 3)).isEqualTo("[3]");
    assertThat(output(new LayerSpec.GlobalAveragePooling2D("g", true), 8, 7, 3))
        .isEqualTo("[1, 1, 3]");
    assertThat(output(new LayerSpec.Reshape("r", List.of(4, -1, 2)), 4, 6)).isEqualTo("[4, 3, 2]");
    assertThat(output(new LayerSpec.Reshape("r", List.of(24)), 4, 6)).isEqualTo("[24]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> output(conv(8, 3, 1, Padding.VALID), 2, 2, 1))
        .withMessageContaining("conv2d: the layer's input has shape [2, 2, 1]");
  }

  private static String output(LayerSpec layer, long... input) {
    ModelSpec model = new ModelSpec(TensorShape.of(input), List.of(layer));
    return ModelPlan.of(model, ADAM).output().toString();
  }

  @Test
  void smallVariablesAreOneSliceEachWithTheirSlots() {
    SlicePlan slices = SlicePlan.of(ModelPlan.of(CNN, ADAM));

    assertThat(slices.groups()).hasSize(6);
    assertThat(slices.slices()).hasSize(14).allMatch(slice -> slice.extent().isFull());
    assertThat(slices.group(2).slices())
        .extracting(Slice::toString)
        .containsExactly(
            "dense/kernel", "adam/dense_kernel_momentum", "adam/dense_kernel_velocity");
    assertThat(slices.group(2).bytes()).isEqualTo(3 * 27_040);
    assertThat(slices.group(4).slices()).hasSize(1);
  }

  @Test
  void largeVariablesAreCutIntoRowsThatTile() {
    ModelSpec model = new ModelSpec(TensorShape.of(10_007), List.of(dense("dense", 1000, false)));
    ModelPlan plan = ModelPlan.of(model, ADAM);
    Variable kernel = plan.variable("dense/kernel");

    List<SliceGroup> groups =
        SlicePlan.of(plan).groups().stream()
            .filter(group -> group.value().variable().equals(kernel))
            .toList();

    assertThat(groups).hasSize(20);
    assertTile(kernel, groups.stream().map(SliceGroup::value).toList());
    for (Variable slot : plan.slotsOf(kernel)) {
      List<Slice> cut = new ArrayList<>();
      groups.forEach(
          group -> group.slots().stream().filter(s -> s.variable().equals(slot)).forEach(cut::add));
      assertTile(slot, cut);
    }
  }

  private static void assertTile(Variable variable, List<Slice> slices) {
    long next = 0;
    for (Slice slice : slices) {
      assertThat(slice.offset()).isEqualTo(next);
      assertThat(slice.bytes()).isBetween(SlicePlan.TARGET_BYTES / 2, SlicePlan.TARGET_BYTES);
      assertThat(slice.extent().extents().get(0).start() * 1000).isEqualTo(slice.offset());
      assertThat(slice.shape().elements()).isEqualTo(slice.elements());
      next += slice.elements();
    }
    assertThat(next).isEqualTo(variable.shape().elements());
  }

  @Test
  void rowsAreNeverCut() {
    ModelSpec model = new ModelSpec(TensorShape.of(2), List.of(dense("dense", 1 << 20, true)));
    SlicePlan slices = SlicePlan.of(ModelPlan.of(model, ADAM));

    assertThat(slices.groups())
        .extracting(group -> group.value().toString())
        .containsExactly(
            "dense/kernel 0,1:-",
            "dense/kernel 1,1:-",
            "dense/bias 0,524288",
            "dense/bias 524288,524288",
            "adam/iteration",
            "adam/learning_rate");
    assertThat(slices.group(4).value().variable().dtype()).isEqualTo(DataType.INT64);
  }

  @Test
  void theNumberOfSlicesIsBounded() {
    List<LayerSpec> layers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      layers.add(dense("dense_" + i, 46_000, false));
    }
    ModelSpec model = new ModelSpec(TensorShape.of(46_000), layers);
    SlicePlan slices = SlicePlan.of(ModelPlan.of(model, ADAM));

    // 200 kernels of 8.5 GB with two slots each: about 5 TB.
    assertThat(slices.slices().size()).isBetween(60_000, SlicePlan.MAX_SLICES + 1000);
  }
}
