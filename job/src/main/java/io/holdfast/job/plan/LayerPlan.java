package io.holdfast.job.plan;

import io.holdfast.job.LayerSpec;
import io.holdfast.storage.bundle.TensorShape;
import java.util.List;

/**
 * One layer with what goes in, what comes out (a sample's shapes, without the batch) and its
 * variables in Keras's order (kernel, bias).
 *
 * @param index position in the model, from 0
 */
public record LayerPlan(
    int index, LayerSpec spec, TensorShape input, TensorShape output, List<Variable> variables) {
  public LayerPlan {
    variables = List.copyOf(variables);
  }

  /** Whether training changes any of its variables. */
  public boolean trainable() {
    return variables.stream().anyMatch(Variable::trainable);
  }
}
