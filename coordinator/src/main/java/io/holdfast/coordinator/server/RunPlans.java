package io.holdfast.coordinator.server;

import io.holdfast.coordinator.protocol.MembersRule;
import io.holdfast.coordinator.protocol.RunPlan;
import io.holdfast.job.Job;
import io.holdfast.job.MetricFunction;
import io.holdfast.job.file.JobText;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.storage.store.ObjectStore;
import java.util.Locale;

/** Translates a job into what the pure leader needs to know of it. */
final class RunPlans {
  private RunPlans() {}

  /**
   * @param expectedWorkers at the start; 0 if nobody said
   */
  static RunPlan of(String version, Job job, ObjectStore store, int expectedWorkers) {
    return new RunPlan(
        version,
        store.location().toString(),
        JobText.write(job),
        SlicePlan.of(ModelPlan.of(job), job.mesh().shards()).groups(),
        job.mesh().shards(),
        job.data().batchSize(),
        job.metrics().stream().map(RunPlans::name).toList(),
        job.epochs(),
        job.steps(),
        job.checkpoint(),
        store.streams(),
        new MembersRule(expectedWorkers, job.cluster().minWorkers(), job.cluster().replaceWait()),
        job.cluster().heartbeat(),
        job.cluster().lease());
  }

  private static String name(MetricFunction metric) {
    return metric.name().toLowerCase(Locale.ROOT);
  }
}
