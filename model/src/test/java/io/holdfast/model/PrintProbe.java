package io.holdfast.model;

import io.holdfast.job.Job;
import io.holdfast.job.MeshSpec;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.model.kernel.KernelEnvironment;

/** A process that prints its probe digest of the article's CNN with the threads it is told. */
final class PrintProbe {
  private PrintProbe() {}

  static Job job() {
    KerasCase cnn = KerasCase.named("article_cnn");
    return TestTrainer.job(cnn.model(), cnn.loss(), cnn.optimizer(), 128, 4);
  }

  public static void main(String[] args) {
    int threads = Integer.parseInt(args[0]);
    KernelEnvironment.Outcome outcome =
        KernelEnvironment.apply(new MeshSpec(4, 1, threads, TestTrainer.ISA));
    System.out.println(
        outcome instanceof KernelEnvironment.Outcome.Refused refused
            ? refused.reason()
            : ProbeDigest.of(job(), ModelPlan.of(job())));
  }
}
