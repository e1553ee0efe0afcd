package io.holdfast.job.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.job.OptimizerSpec;
import io.holdfast.job.file.Section.Kind;
import io.holdfast.job.file.Section.Range;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads the optimizer: a name with parameters, each with Keras's default. */
final class OptimizerReader {
  private static final String SGD = "sgd";
  private static final String ADAM = "adam";
  private static final String ADAMW = "adamw";
  private static final String RMSPROP = "rmsprop";
  private static final String ADAGRAD = "adagrad";

  private static final Map<String, Set<String>> KEYS =
      Map.of(
          SGD,
          Set.of("learning_rate", "momentum", "nesterov"),
          ADAM,
          Set.of("learning_rate", "beta_1", "beta_2", "epsilon"),
          ADAMW,
          Set.of("learning_rate", "weight_decay", "beta_1", "beta_2", "epsilon"),
          RMSPROP,
          Set.of("learning_rate", "rho", "momentum", "epsilon", "centered"),
          ADAGRAD,
          Set.of("learning_rate", "initial_accumulator_value", "epsilon"));

  private final Section section;

  private OptimizerReader(Section section) {
    this.section = section;
  }

  static OptimizerSpec read(Section root) throws JobException {
    JsonNode node =
        root.require("optimizer", "one of " + String.join(", ", new TreeSet<>(KEYS.keySet())));
    Source source = root.source();
    Kind kind = Section.kind(source, "optimizer", node, "optimizer", KEYS.keySet());
    String path = Keys.child("optimizer", kind.name());
    OptimizerReader reader =
        new OptimizerReader(Section.of(source, path, kind.parameters(), KEYS.get(kind.name())));
    return switch (kind.name()) {
      case SGD -> reader.sgd();
      case ADAM -> reader.adam();
      case ADAMW -> reader.adamW();
      case RMSPROP -> reader.rmsProp();
      case ADAGRAD -> reader.adagrad();
      default -> throw new IllegalStateException("no reader for optimizer " + kind.name());
    };
  }

  /** The optimizer's name in a job file. */
  static String kind(OptimizerSpec optimizer) {
    if (optimizer instanceof OptimizerSpec.Sgd) {
      return SGD;
    }
    if (optimizer instanceof OptimizerSpec.AdamW) {
      return ADAMW;
    }
    if (optimizer instanceof OptimizerSpec.RmsProp) {
      return RMSPROP;
    }
    return optimizer instanceof OptimizerSpec.Adagrad ? ADAGRAD : ADAM;
  }

  private OptimizerSpec sgd() throws JobException {
    double momentum = section.number("momentum", Range.BELOW_ONE, 0);
    return new OptimizerSpec.Sgd(learningRate(0.01), momentum, section.flag("nesterov", false));
  }

  private OptimizerSpec adam() throws JobException {
    return new OptimizerSpec.Adam(
        learningRate(0.001),
        section.number("beta_1", Range.BELOW_ONE, 0.9),
        section.number("beta_2", Range.BELOW_ONE, 0.999),
        epsilon());
  }

  private OptimizerSpec adamW() throws JobException {
    return new OptimizerSpec.AdamW(
        learningRate(0.001),
        section.number("weight_decay", Range.notNegative(1e6), 0.004),
        section.number("beta_1", Range.BELOW_ONE, 0.9),
        section.number("beta_2", Range.BELOW_ONE, 0.999),
        epsilon());
  }

  private OptimizerSpec rmsProp() throws JobException {
    return new OptimizerSpec.RmsProp(
        learningRate(0.001),
        section.number("rho", Range.BELOW_ONE, 0.9),
        section.number("momentum", Range.BELOW_ONE, 0),
        epsilon(),
        section.flag("centered", false));
  }

  private OptimizerSpec adagrad() throws JobException {
    return new OptimizerSpec.Adagrad(
        learningRate(0.001),
        section.number("initial_accumulator_value", Range.notNegative(1e6), 0.1),
        epsilon());
  }

  private double learningRate(double otherwise) throws JobException {
    return section.number("learning_rate", Range.LEARNING_RATE, otherwise);
  }

  private double epsilon() throws JobException {
    return section.number("epsilon", Range.positive(1), 1e-7);
  }
}
