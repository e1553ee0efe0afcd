package io.holdfast.job;

/** An optimizer with Keras 3's formula and defaults. */
public sealed interface OptimizerSpec {

  double learningRate();

  /** Keras's automatic name, which its variables' paths begin with: {@code sgd}, {@code adam_w}. */
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

  /**
   * Adam with decoupled weight decay (Loshchilov and Hutter, 2019): before Adam's step each
   * trainable variable, biases too, shrinks by {@code learning_rate * weight_decay} of itself.
   */
  record AdamW(double learningRate, double weightDecay, double beta1, double beta2, double epsilon)
      implements OptimizerSpec {
    public AdamW {
      Checks.positive("learning_rate", learningRate);
      Checks.notNegative("weight_decay", weightDecay);
      Checks.belowOne("beta_1", beta1);
      Checks.belowOne("beta_2", beta2);
      Checks.positive("epsilon", epsilon);
    }

    @Override
    public String kerasName() {
      return "adam_w";
    }
  }

  /**
   * RMSprop (Hinton, 2012): steps divided by the root of a running mean of squared gradients; a
   * further slot a variable with {@code momentum > 0}, and one more when centered.
   */
  record RmsProp(double learningRate, double rho, double momentum, double epsilon, boolean centered)
      implements OptimizerSpec {
    public RmsProp {
      Checks.positive("learning_rate", learningRate);
      Checks.belowOne("rho", rho);
      Checks.belowOne("momentum", momentum);
      Checks.positive("epsilon", epsilon);
    }

    @Override
    public String kerasName() {
      return "rm_sprop";
    }
  }

  /** Adagrad (Duchi et al., 2011): steps divided by the root of the sum of squared gradients. */
  record Adagrad(double learningRate, double initialAccumulatorValue, double epsilon)
      implements OptimizerSpec {
    public Adagrad {
      Checks.positive("learning_rate", learningRate);
      Checks.notNegative("initial_accumulator_value", initialAccumulatorValue);
      Checks.positive("epsilon", epsilon);
    }

    @Override
    public String kerasName() {
      return "adagrad";
    }
  }
}
