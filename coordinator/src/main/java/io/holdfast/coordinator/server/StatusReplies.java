package io.holdfast.coordinator.server;

import io.holdfast.job.Job;
import io.holdfast.proto.v1.RefusedWorker;
import io.holdfast.proto.v1.SaveStatus;
import io.holdfast.proto.v1.StatusReply;
import io.holdfast.proto.v1.WorkerStatus;
import io.holdfast.protocol.RunStatus;

/** The published status as operators get it over the network. */
final class StatusReplies {
  private final String version;
  private final String run;
  private final Job job;

  StatusReplies(String version, String run, Job job) {
    this.version = version;
    this.run = run;
    this.job = job;
  }

  StatusReply encode(RunStatus status) {
    StatusReply.Builder reply =
        StatusReply.newBuilder()
            .setVersion(version)
            .setRun(run)
            .setName(job.name())
            .setTerm(status.generation().term())
            .setRound(status.generation().round())
            .setPhase(status.phase())
            .setReason(status.reason())
            .setStep(status.step())
            .setTotalSteps(status.totalSteps())
            .setEpoch(status.epoch())
            .setEpochs(status.epochs())
            .putAllMetrics(status.metrics())
            .setSamplesPerSecond(status.samplesPerSecond())
            .setNewestSavedStep(status.newestSavedStep())
            .setMinWorkers(status.minWorkers())
            .setShards(status.shards())
            .setMemberChange(status.memberChange().reason())
            .setMemberChangeMillis(status.memberChange().ageMillis());
    status.workers().forEach(worker -> reply.addWorkers(encode(worker)));
    status
        .saveInterval()
        .ifPresent(
            interval ->
                reply
                    .setSaveIntervalMillis(interval.millis())
                    .setSaveIntervalReason(interval.reason()));
    status.save().ifPresent(save -> reply.setSave(encode(save)));
    status.refused().forEach(refused -> reply.addRefused(encode(refused)));
    status.exitCode().ifPresent(reply::setExitCode);
    return reply.build();
  }

  private static SaveStatus encode(RunStatus.Save save) {
    return SaveStatus.newBuilder()
        .setStep(save.step())
        .setPrefix(save.prefix())
        .setState(save.state())
        .setKind(save.kind())
        .setAgeMillis(save.ageMillis())
        .setFilesWritten(save.filesWritten())
        .setFiles(save.files())
        .build();
  }

  private static WorkerStatus encode(RunStatus.Worker worker) {
    return WorkerStatus.newBuilder()
        .setId(worker.id())
        .setHost(worker.host())
        .setPid(worker.pid())
        .setState(worker.state())
        .setNote(worker.note())
        .setStep(worker.step())
        .setStepsBehind(worker.stepsBehind())
        .addAllShards(worker.shards())
        .setOwnedSlices(worker.ownedSlices())
        .setOwnedBytes(worker.ownedBytes())
        .setLagMillis(worker.lagMillis())
        .setSamplesPerSecond(worker.samplesPerSecond())
        .setStepMillis(worker.stepMillis())
        .setWaitMillis(worker.waitMillis())
        .setWaitShare(worker.waitShare())
        .setSentBytes(worker.sentBytes())
        .build();
  }

  private static RefusedWorker encode(RunStatus.Refused refused) {
    return RefusedWorker.newBuilder()
        .setId(refused.id())
        .setHost(refused.host())
        .setReason(refused.reason())
        .setAgeMillis(refused.ageMillis())
        .build();
  }
}
