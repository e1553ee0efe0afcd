package io.holdfast.job.plan;

import io.holdfast.job.JobLimits;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.LayerSpec.Padding;
import io.holdfast.storage.bundle.TensorShape;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Output shapes of layers by Keras's rules; shapes are a sample's, without the batch. */
public final class LayerShapes {
  private LayerShapes() {}

  /** What {@code layer} makes of a sample of shape {@code input}. */
  public static ShapeCheck check(LayerSpec layer, TensorShape input) {
    if (layer instanceof LayerSpec.Conv2D conv) {
      return convolution(conv, input);
    }
    if (layer instanceof LayerSpec.Pooling2D pooling) {
      return pooling(pooling, input);
    }
    if (layer instanceof LayerSpec.GlobalAveragePooling2D pooling) {
      return globalPooling(pooling, input);
    }
    if (layer instanceof LayerSpec.Reshape reshape) {
      return reshape(reshape, input);
    }
    if (layer instanceof LayerSpec.Dense dense) {
      return dense(dense, input);
    }
    if (layer instanceof LayerSpec.Flatten) {
      return new ShapeCheck.Fits(TensorShape.of(input.elements()));
    }
    return new ShapeCheck.Fits(input);
  }

  private static ShapeCheck convolution(LayerSpec.Conv2D conv, TensorShape input) {
    if (input.rank() != 3) {
      return unfit(input, "[height, width, channels] is needed");
    }
    if (conv.padding() == Padding.VALID
        && (conv.kernelHeight() > input.dim(0) || conv.kernelWidth() > input.dim(1))) {
      return unfit(
          input,
          "kernel_size ["
              + conv.kernelHeight()
              + ", "
              + conv.kernelWidth()
              + "] must not be larger (or set padding: same)");
    }
    if (tooLarge(conv.kernelHeight(), conv.kernelWidth(), input.dim(2), conv.filters())) {
      return unfit(input, "the kernel would have more than " + limit());
    }
    return fits(
        input,
        extent(input.dim(0), conv.kernelHeight(), conv.strideHeight(), conv.padding()),
        extent(input.dim(1), conv.kernelWidth(), conv.strideWidth(), conv.padding()),
        conv.filters());
  }

  private static ShapeCheck pooling(LayerSpec.Pooling2D pooling, TensorShape input) {
    if (input.rank() != 3) {
      return unfit(input, "[height, width, channels] is needed");
    }
    if (pooling.padding() == Padding.VALID
        && (pooling.poolHeight() > input.dim(0) || pooling.poolWidth() > input.dim(1))) {
      return unfit(
          input,
          "pool_size ["
              + pooling.poolHeight()
              + ", "
              + pooling.poolWidth()
              + "] must not be larger (or set padding: same)");
    }
    return fits(
        input,
        extent(input.dim(0), pooling.poolHeight(), pooling.strideHeight(), pooling.padding()),
        extent(input.dim(1), pooling.poolWidth(), pooling.strideWidth(), pooling.padding()),
        input.dim(2));
  }

  private static ShapeCheck globalPooling(
      LayerSpec.GlobalAveragePooling2D pooling, TensorShape input) {
    if (input.rank() != 3) {
      return unfit(input, "[height, width, channels] is needed");
    }
    long channels = input.dim(2);
    return pooling.keepdims() ? fits(input, 1, 1, channels) : fits(input, channels);
  }

  private static ShapeCheck reshape(LayerSpec.Reshape reshape, TensorShape input) {
    List<Integer> target = reshape.targetShape();
    long[] stated = target.stream().mapToLong(dim -> Math.abs((long) dim)).toArray();
    long elements = tooLarge(stated) ? Long.MAX_VALUE : TensorShape.of(stated).elements();
    int inferred = target.indexOf(LayerSpec.Reshape.INFERRED);
    boolean fits = inferred < 0 ? elements == input.elements() : input.elements() % elements == 0;
    if (!fits) {
      return unfit(
          input,
          "target_shape " + target + " must have as many elements, which are " + input.elements());
    }
    if (inferred >= 0) {
      stated[inferred] = input.elements() / elements;
    }
    return fits(input, stated);
  }

  private static ShapeCheck dense(LayerSpec.Dense dense, TensorShape input) {
    if (input.rank() == 0) {
      return unfit(input, "at least one dimension is needed");
    }
    int last = input.rank() - 1;
    if (tooLarge(input.dim(last), dense.units())) {
      return unfit(input, "the kernel would have more than " + limit());
    }
    List<Long> dims = new ArrayList<>(input.dims());
    dims.set(last, (long) dense.units());
    return fits(input, dims.stream().mapToLong(Long::longValue).toArray());
  }

  /** Keras's count of windows: ceil((size - window + 1) / stride), or ceil(size / stride). */
  private static long extent(long size, int window, int stride, Padding padding) {
    long places = padding == Padding.SAME ? size : size - window + 1;
    return (places + stride - 1) / stride;
  }

  private static ShapeCheck fits(TensorShape input, long... dims) {
    if (tooLarge(dims)) {
      return unfit(input, "the output of one sample would have more than " + limit());
    }
    return new ShapeCheck.Fits(TensorShape.of(dims));
  }

  private static ShapeCheck unfit(TensorShape input, String need) {
    return new ShapeCheck.Unfit("the layer's input has shape " + input + "; " + need);
  }

  /** Whether a shape has more elements than a tensor of a job may have. */
  public static boolean tooLarge(long... dims) {
    BigInteger product = BigInteger.ONE;
    for (long dim : dims) {
      product = product.multiply(BigInteger.valueOf(dim));
    }
    return product.compareTo(BigInteger.valueOf(JobLimits.MAX_TENSOR_ELEMENTS)) > 0;
  }

  private static String limit() {
    return JobLimits.MAX_TENSOR_ELEMENTS + " elements";
  }
}
