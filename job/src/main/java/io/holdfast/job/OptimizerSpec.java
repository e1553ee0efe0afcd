package io.holdfast.job;

/** An optimizer with Keras 3's formula and defaults. */
public sealed interface OptimizerSpec {

  double learningRate();

  /** Keras's automatic name: {@code sgd}, {@code adam}. */
  String kerasName();

  /** Gradient descent, optionally with momentum (one slot a variable when {@code momentum > 0}). */
  record Sgd(double learningRate, double momentum, boolean nesterov) implements OptimizerSpec {
    public Sgd {
      Checks.positive("learning_rate", learningRate);
      Checks.belowOne("momentum", momentum);
    }

    @Override
    public String kerasName() {
      return "sgd";
    }
  }

  /**
   * Adam (Kingma and Ba, 2014) as Keras 3 computes it: two slots a variable, bias correction in the
   * step size.
   */
  record Adam(double learningRate, double beta1, double beta2, double epsilon)
      implements OptimizerSpec {
    public Adam {
      Checks.positive("learning_rate", learningRate);
      Checks.belowOne("beta_1", beta1);
      Checks.belowOne("beta_2", beta2);
      Checks.positive("epsilon", epsilon);
    }

    @Override
    public String kerasName() {
      return "adam";
    }
  }
}
