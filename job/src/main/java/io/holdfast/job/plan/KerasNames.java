package io.holdfast.job.plan;

import io.holdfast.job.plan.Variable.SlotKind;
import java.util.Locale;

/**
 * Names and checkpoint keys as Keras 3 gives them to the variables of {@code
 * tf.train.Checkpoint(model=, optimizer=)}. The one place that knows them.
 */
final class KerasNames {
  private static final String VALUE = "/.ATTRIBUTES/VARIABLE_VALUE";

  private KerasNames() {}

  /** {@code conv2d/kernel}. */
  static String weight(String layer, String part) {
    return layer + "/" + part;
  }

  /**
   * A trainable weight is reached first through the optimizer's list of trainable variables, which
   * is one edge nearer to the root than its layer.
   *
   * @param number position among the trainable variables
   */
  static String trainableKey(int number) {
    return "optimizer/_trainable_variables/" + number + VALUE;
  }

  /**
   * A weight that the optimizer does not know is reached through its layer. The kernel's property
   * stands on an attribute with an underscore, the bias is an attribute itself.
   *
   * @param layer position in the model, from 0; the input is Keras's operation 0
   */
  static String frozenKey(int layer, String part) {
    String attribute = part.equals("kernel") ? "_kernel" : part;
    return "model/_functional/_operations/" + (layer + 1) + "/" + attribute + VALUE;
  }

  /** {@code adam/iteration}, {@code sgd/learning_rate}. */
  static String optimizer(String optimizer, String part) {
    return optimizer + "/" + part;
  }

  /** {@code adam/conv2d_kernel_momentum}. */
  static String slot(String optimizer, String weight, SlotKind kind) {
    return optimizer + "/" + weight.replace('/', '_') + "_" + kind.name().toLowerCase(Locale.ROOT);
  }

  /** The count of steps and the learning rate have edges of their own. */
  static String optimizerScalarKey(String attribute) {
    return "optimizer/_" + attribute + VALUE;
  }

  /**
   * The key of a slot.
   *
   * @param number position in the optimizer's list of variables; slots begin at 2, after iterations
   *     and learning rate
   */
  static String slotKey(int number) {
    return "optimizer/_variables/" + number + VALUE;
  }
}
