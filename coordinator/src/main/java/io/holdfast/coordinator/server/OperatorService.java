package io.holdfast.coordinator.server;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.holdfast.coordinator.protocol.Phase;
import io.holdfast.job.Job;
import io.holdfast.proto.v1.OperatorGrpc;
import io.holdfast.proto.v1.SaveStatus;
import io.holdfast.proto.v1.StatusReply;
import io.holdfast.proto.v1.StatusRequest;
import io.holdfast.proto.v1.WorkerStatus;
import io.holdfast.protocol.RunStatus;
import java.util.function.Supplier;

/** Answers operators from the one published status; nothing here waits for the loop. */
final class OperatorService extends OperatorGrpc.OperatorImplBase {
  private final String version;
  private final String run;
  private final Job job;
  private final Supplier<RunStatus> published;

  OperatorService(String version, String run, Job job, Supplier<RunStatus> published) {
    this.version = version;
    this.run = run;
    this.job = job;
    this.published = published;
  }

  @Override
  public void getStatus(StatusRequest request, StreamObserver<StatusReply> reply) {
    RunStatus status = published.get();
    if (status.phase().equals(Phase.STANDBY.name())) {
      reply.onError(
          Status.UNAVAILABLE
              .withDescription("the coordinator does not lead yet")
              .asRuntimeException());
      return;
    }
    reply.onNext(encode(status));
    reply.onCompleted();
  }

  private StatusReply encode(RunStatus status) {
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
            .setNewestSavedStep(status.newestSavedStep());
    status.workers().forEach(worker -> reply.addWorkers(encode(worker)));
    status.save().ifPresent(save -> reply.setSave(encode(save)));
    return reply.build();
  }

  private static SaveStatus encode(RunStatus.Save save) {
    return SaveStatus.newBuilder()
        .setStep(save.step())
        .setPrefix(save.prefix())
        .setState(save.state())
        .build();
  }

  private static WorkerStatus encode(RunStatus.Worker worker) {
    return WorkerStatus.newBuilder()
        .setId(worker.id())
        .setHost(worker.host())
        .setPid(worker.pid())
        .setState(worker.state())
        .setStep(worker.step())
        .addAllShards(worker.shards())
        .setOwnedBytes(worker.ownedBytes())
        .setLagMillis(worker.lagMillis())
        .build();
  }
}
