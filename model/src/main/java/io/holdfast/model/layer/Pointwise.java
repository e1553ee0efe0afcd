package io.holdfast.model.layer;

/**
 * Activation functions of one number, with Keras's constants, in strict arithmetic: each is worked
 * out in double and rounded once.
 */
enum Pointwise {
  ELU {
    @Override
    float value(float x) {
      return x > 0 ? x : (float) (Exponential.of(x) - 1);
    }

    @Override
    float slope(float y) {
      return y > 0 ? 1 : y + 1;
    }
  },
  EXPONENTIAL {
    @Override
    float value(float x) {
      return (float) Exponential.of(x);
    }

    @Override
    float slope(float y) {
      return y;
    }
  },
  GELU(true) {
    @Override
    float value(float x) {
      return (float) (x * normalBelow(x));
    }

    @Override
    float slope(float x) {
      double density = INVERSE_ROOT_TWO_PI * Exponential.of(-0.5 * x * x);
      return (float) (normalBelow(x) + x * density);
    }
  },
  HARD_SIGMOID {
    @Override
    float value(float x) {
      return (float) Math.max(0, Math.min(1, x / 6.0 + 0.5));
    }

    @Override
    float slope(float y) {
      return y > 0 && y < 1 ? (float) (1 / 6.0) : 0;
    }
  },
  LEAKY_RELU {
    @Override
    float value(float x) {
      return x > 0 ? x : NEGATIVE_SLOPE * x;
    }

    @Override
    float slope(float y) {
      return y > 0 ? 1 : NEGATIVE_SLOPE;
    }
  },
  RELU6 {
    @Override
    float value(float x) {
      return Math.max(0, Math.min(6, x));
    }

    @Override
    float slope(float y) {
      return y > 0 && y < 6 ? 1 : 0;
    }
  },
  SELU {
    @Override
    float value(float x) {
      return (float) (x > 0 ? SELU_SCALE * x : SELU_SCALE_ALPHA * (Exponential.of(x) - 1));
    }

    @Override
    float slope(float y) {
      return (float) (y > 0 ? SELU_SCALE : y + SELU_SCALE_ALPHA);
    }
  },
  SILU(true) {
    @Override
    float value(float x) {
      return (float) (x * sigmoid(x));
    }

    @Override
    float slope(float x) {
      double s = sigmoid(x);
      return (float) (s * (1 + x * (1 - s)));
    }
  },
  SOFTPLUS {
    @Override
    float value(float x) {
      return (float) (Math.max(x, 0) + StrictMath.log1p(Exponential.of(-Math.abs(x))));
    }

    @Override
    float slope(float y) {
      return (float) (1 - Exponential.of(-y));
    }
  },
  SOFTSIGN {
    @Override
    float value(float x) {
      return x / (1 + Math.abs(x));
    }

    @Override
    float slope(float y) {
      float rest = 1 - Math.abs(y);
      return rest * rest;
    }
  };

  private static final double ROOT_HALF = 0.7071067811865476;
  private static final double INVERSE_ROOT_TWO_PI = 0.3989422804014327;
  private static final float NEGATIVE_SLOPE = 0.2f;
  private static final double SELU_SCALE = 1.0507009873554805;
  private static final double SELU_SCALE_ALPHA = 1.7580993408473766;

  private final boolean slopeOfInput;

  Pointwise() {
    this(false);
  }

  Pointwise(boolean slopeOfInput) {
    this.slopeOfInput = slopeOfInput;
  }

  abstract float value(float x);

  /**
   * The derivative, at the function's input where {@link #slopeOfInput} says so, else told by its
   * output.
   */
  abstract float slope(float inputOrOutput);

  /** Whether the output does not tell the slope, so that the input must be kept. */
  boolean slopeOfInput() {
    return slopeOfInput;
  }

  /** Replaces the first {@code n} values. */
  void apply(float[] values, int n) {
    for (int i = 0; i < n; i++) {
      values[i] = value(values[i]);
    }
  }

  /** Multiplies the first {@code n} gradients by the slopes. */
  void multiplyBySlope(float[] inputsOrOutputs, float[] gradients, int n) {
    for (int i = 0; i < n; i++) {
      gradients[i] *= slope(inputsOrOutputs[i]);
    }
  }

  /** The part of the normal distribution below x. */
  private static double normalBelow(float x) {
    return 0.5 * (1 + ErrorFunction.of(x * ROOT_HALF));
  }

  private static double sigmoid(float x) {
    return 1 / (1 + Exponential.of(-x));
  }
}
