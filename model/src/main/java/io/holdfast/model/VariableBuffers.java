package io.holdfast.model;

import io.holdfast.job.plan.Variable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * One direct little-endian buffer for each of a list of variables, row-major in Keras's layout:
 * values that a lane reads, or gradients that it writes. Whoever hands them to a lane leaves them
 * unchanged until the call returns.
 *
 * @param buffers in the variables' order; position 0, limit at the variable's bytes
 */
public record VariableBuffers(List<Variable> variables, List<ByteBuffer> buffers) {
  public VariableBuffers {
    variables = List.copyOf(variables);
    buffers = List.copyOf(buffers);
    if (variables.size() != buffers.size()) {
      throw new IllegalArgumentException(
          buffers.size() + " buffers for " + variables.size() + " variables");
    }
    for (int i = 0; i < buffers.size(); i++) {
      requireFit(variables.get(i), buffers.get(i));
    }
  }

  /** Buffers of zeros. */
  public static VariableBuffers allocate(List<Variable> variables) {
    return new VariableBuffers(
        variables, variables.stream().map(VariableBuffers::allocate).toList());
  }

  private static ByteBuffer allocate(Variable variable) {
    return ByteBuffer.allocateDirect(Math.toIntExact(variable.bytes()))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The value of the variable at {@code index} as floats, position 0. */
  public FloatBuffer floats(int index) {
    return buffers.get(index).duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private static void requireFit(Variable variable, ByteBuffer buffer) {
    boolean fits =
        buffer.isDirect()
            && buffer.order() == ByteOrder.LITTLE_ENDIAN
            && buffer.position() == 0
            && buffer.limit() == variable.bytes();
    if (!fits) {
      throw new IllegalArgumentException(
          variable.name()
              + " needs a direct little-endian buffer of "
              + variable.bytes()
              + " bytes, not "
              + buffer);
    }
  }
}
