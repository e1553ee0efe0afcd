package io.holdfast.model.data;

import io.holdfast.job.DataSpec;
import io.holdfast.job.random.CounterRandom;
import io.holdfast.job.random.CounterRandom.Purpose;
import io.holdfast.storage.bundle.TensorShape;

/** Made-up samples, each a function of (seed, which data set, sample): nothing is stored. */
public final class RandomDataset implements Dataset {
  private final TensorShape sample;
  private final int samples;
  private final Target target;
  private final CounterRandom inputs;
  private final CounterRandom answers;

  private RandomDataset(
      TensorShape sample, int samples, Target target, CounterRandom inputs, CounterRandom answers) {
    this.sample = sample;
    this.samples = samples;
    this.target = target;
    this.inputs = inputs;
    this.answers = answers;
  }

  /**
   * The data set that a job states.
   *
   * @param number tells a job's data sets apart: 0 training, 1 validation
   */
  public static RandomDataset of(long seed, DataSpec.RandomData spec, int number) {
    Target target =
        spec.target().isPresent()
            ? new Target.Values(spec.target().get())
            : new Target.Label(spec.classes().orElse(1));
    return of(seed, spec.shape(), Math.toIntExact(spec.samples()), target, number);
  }

  /** A data set of the given shapes. */
  public static RandomDataset of(
      long seed, TensorShape sample, int samples, Target target, int number) {
    Purpose answers = target instanceof Target.Label ? Purpose.LABEL : Purpose.TARGET;
    return new RandomDataset(
        sample,
        samples,
        target,
        CounterRandom.of(seed, Purpose.SAMPLE, number),
        CounterRandom.of(seed, answers, number));
  }

  @Override
  public int samples() {
    return samples;
  }

  @Override
  public TensorShape sample() {
    return sample;
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public void gather(int[] order, int first, int count, SampleBatch into) {
    into.begin(count);
    int size = into.sampleSize();
    for (int row = 0; row < count; row++) {
      int from = order[first + row];
      inputs.uniforms(0, from, 0, into.inputs(), row * size, size);
      if (target instanceof Target.Label label) {
        into.labels()[row] = answers.below(label.classes(), 0, from, 0);
      } else {
        int targets = into.targetSize();
        answers.uniforms(0, from, 0, into.targets(), row * targets, targets);
      }
    }
  }
}
