package io.holdfast.job;

import java.util.List;
import java.util.Objects;

/** One layer as the job file states it, with Keras 3's meaning and defaults. */
public sealed interface LayerSpec {

  /**
   * Unique in the model; Keras's automatic name ({@code conv2d}, {@code conv2d_1}, ...) unless the
   * job gives one.
   */
  String name();

  /** How a convolution or a pooling treats the border. */
  enum Padding {
    VALID,
    SAME
  }

  /** A layer with a kernel and, if it is to have one, a bias. */
  sealed interface Weighted extends LayerSpec {
    boolean useBias();

    Initializer kernelInitializer();

    Initializer biasInitializer();

    /**
     * Whether training changes the weights; else they are frozen, and keep what they start with.
     */
    boolean trainable();
  }

  /**
   * Two-dimensional convolution over [height, width, channels]; kernel [kernelHeight, kernelWidth,
   * channels, filters], bias [filters].
   */
  record Conv2D(
      String name,
      int filters,
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      Padding padding,
      ActivationFunction activation,
      boolean useBias,
      Initializer kernelInitializer,
      Initializer biasInitializer,
      boolean trainable)
      implements Weighted {
    public Conv2D {
      Checks.name(name);
      Checks.range("filters", filters, 1, JobLimits.MAX_DIM);
      Checks.window("kernel_size", kernelHeight, kernelWidth);
      Checks.window("strides", strideHeight, strideWidth);
      Objects.requireNonNull(padding);
      Objects.requireNonNull(activation);
      Objects.requireNonNull(kernelInitializer);
      Objects.requireNonNull(biasInitializer);
    }
  }

  /** A value for each window of [height, width, channels], channel by channel. */
  sealed interface Pooling2D extends LayerSpec {
    int poolHeight();

    int poolWidth();

    int strideHeight();

    int strideWidth();

    Padding padding();
  }

  /** The largest value of each window. */
  record MaxPooling2D(
      String name,
      int poolHeight,
      int poolWidth,
      int strideHeight,
      int strideWidth,
      Padding padding)
      implements Pooling2D {
    public MaxPooling2D {
      Checks.name(name);
      Checks.window("pool_size", poolHeight, poolWidth);
      Checks.window("strides", strideHeight, strideWidth);
      Objects.requireNonNull(padding);
    }
  }

  /** The mean of each window; what lies beyond the border does not count. */
  record AveragePooling2D(
      String name,
      int poolHeight,
      int poolWidth,
      int strideHeight,
      int strideWidth,
      Padding padding)
      implements Pooling2D {
    public AveragePooling2D {
      Checks.name(name);
      Checks.window("pool_size", poolHeight, poolWidth);
      Checks.window("strides", strideHeight, strideWidth);
      Objects.requireNonNull(padding);
    }
  }

  /**
   * The mean of each channel of [height, width, channels].
   *
   * @param keepdims whether the output is [1, 1, channels] rather than [channels]
   */
  record GlobalAveragePooling2D(String name, boolean keepdims) implements LayerSpec {
    public GlobalAveragePooling2D {
      Checks.name(name);
    }
  }

  /** Any shape to one dimension, row-major. */
  record Flatten(String name) implements LayerSpec {
    public Flatten {
      Checks.name(name);
    }
  }

  /**
   * The same elements, row-major, in another shape.
   *
   * @param targetShape a sample's, without the batch; one dimension may be {@link #INFERRED}
   */
  record Reshape(String name, List<Integer> targetShape) implements LayerSpec {
    /** Stands for the one dimension that follows from the number of elements. */
    public static final int INFERRED = -1;

    public Reshape {
      Checks.name(name);
      targetShape = List.copyOf(targetShape);
      Checks.range("dimensions of target_shape", targetShape.size(), 1, JobLimits.MAX_RANK);
      if (targetShape.stream().filter(dim -> dim == INFERRED).count() > 1) {
        throw new IllegalArgumentException("target_shape " + targetShape + " has two of -1");
      }
      targetShape.stream()
          .filter(dim -> dim != INFERRED)
          .forEach(dim -> Checks.range("target_shape", dim, 1, JobLimits.MAX_DIM));
    }
  }

  /**
   * {@code activation(x * kernel + bias)} over the last dimension; kernel [inputs, units], bias
   * [units].
   */
  record Dense(
      String name,
      int units,
      ActivationFunction activation,
      boolean useBias,
      Initializer kernelInitializer,
      Initializer biasInitializer,
      boolean trainable)
      implements Weighted {
    public Dense {
      Checks.name(name);
      Checks.range("units", units, 1, JobLimits.MAX_DIM);
      Objects.requireNonNull(activation);
      Objects.requireNonNull(kernelInitializer);
      Objects.requireNonNull(biasInitializer);
    }
  }

  /**
   * In training sets each element to 0 with probability {@code rate} and scales the others by 1 /
   * (1 - rate); else the identity.
   */
  record Dropout(String name, double rate) implements LayerSpec {
    public Dropout {
      Checks.name(name);
      Checks.belowOne("rate", rate);
    }
  }

  /** An activation function as a layer of its own. */
  record Activation(String name, ActivationFunction function) implements LayerSpec {
    public Activation {
      Checks.name(name);
      Objects.requireNonNull(function);
    }
  }
}
