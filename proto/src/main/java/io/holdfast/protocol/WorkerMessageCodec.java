package io.holdfast.protocol;

import static io.holdfast.protocol.WireChecks.atMost;
import static io.holdfast.protocol.WireChecks.below;
import static io.holdfast.protocol.WireChecks.name;
import static io.holdfast.protocol.WireChecks.notNegative;
import static io.holdfast.protocol.WireChecks.reason;
import static io.holdfast.protocol.WireChecks.sayable;

import io.holdfast.proto.v1.FromWorker;
import io.holdfast.protocol.WireCodec.RefusedException;
import io.holdfast.protocol.WorkerMessage.Cause;
import io.holdfast.protocol.WorkerMessage.Evaluated;
import io.holdfast.protocol.WorkerMessage.Failed;
import io.holdfast.protocol.WorkerMessage.Heartbeat;
import io.holdfast.protocol.WorkerMessage.Hello;
import io.holdfast.protocol.WorkerMessage.Leaving;
import io.holdfast.protocol.WorkerMessage.PeerLost;
import io.holdfast.protocol.WorkerMessage.Prepared;
import io.holdfast.protocol.WorkerMessage.Restored;
import io.holdfast.protocol.WorkerMessage.ShardFailed;
import io.holdfast.protocol.WorkerMessage.ShardWritten;
import io.holdfast.protocol.WorkerMessage.SnapshotRefused;
import io.holdfast.protocol.WorkerMessage.SnapshotTaken;
import io.holdfast.protocol.WorkerMessage.StepDone;
import java.util.ArrayList;
import java.util.List;

/** {@link WorkerMessage} on the wire. */
final class WorkerMessageCodec {
  private WorkerMessageCodec() {}

  static FromWorker encode(WorkerMessage message) {
    FromWorker.Builder wire = FromWorker.newBuilder();
    if (message instanceof Hello hello) {
      wire.getHelloBuilder()
          .setVersion(hello.version())
          .setWorkerId(hello.workerId())
          .setHost(hello.host())
          .setPid(hello.pid())
          .setExchangeAddress(hello.exchangeAddress())
          .setExchangeKey(hello.exchangeKey());
    } else if (message instanceof Prepared prepared) {
      wire.getPreparedBuilder()
          .setProbeDigest(prepared.probeDigest())
          .setTrainSamples(prepared.trainSamples())
          .setValidationSamples(prepared.validationSamples());
    } else if (message instanceof Leaving leaving) {
      wire.getLeavingBuilder().setReason(sayable(leaving.reason()));
    } else if (message instanceof ShardWritten written) {
      wire.setShardWritten(shardWritten(written));
    } else if (message instanceof ShardFailed failed) {
      wire.getShardFailedBuilder()
          .setPrefix(failed.prefix())
          .setShard(failed.shard())
          .setReason(sayable(failed.reason()));
    } else {
      encodeOfRound(wire, message);
    }
    return wire.build();
  }

  /** Messages that belong to a generation. */
  private static void encodeOfRound(FromWorker.Builder wire, WorkerMessage message) {
    if (message instanceof Heartbeat beat) {
      wire.getHeartbeatBuilder()
          .setGeneration(WireChecks.encode(beat.generation()))
          .setStep(beat.step());
    } else if (message instanceof Restored restored) {
      wire.getRestoredBuilder()
          .setGeneration(WireChecks.encode(restored.generation()))
          .setStep(restored.step())
          .addAllValues(restored.values())
          .addAllSlots(restored.slots());
    } else if (message instanceof StepDone done) {
      wire.getStepDoneBuilder()
          .setGeneration(WireChecks.encode(done.generation()))
          .setStep(done.step())
          .addAllSums(encode(done.sums()))
          .setComputeNanos(done.computeNanos())
          .setWaitNanos(done.waitNanos())
          .setSentBytes(done.sentBytes());
    } else if (message instanceof Evaluated done) {
      wire.getEvaluatedBuilder()
          .setGeneration(WireChecks.encode(done.generation()))
          .setStep(done.step())
          .addAllSums(encode(done.sums()));
    } else if (message instanceof SnapshotTaken taken) {
      wire.getSnapshotTakenBuilder()
          .setGeneration(WireChecks.encode(taken.generation()))
          .setPrefix(taken.prefix());
    } else if (message instanceof SnapshotRefused refused) {
      wire.getSnapshotRefusedBuilder()
          .setGeneration(WireChecks.encode(refused.generation()))
          .setPrefix(refused.prefix())
          .setReason(sayable(refused.reason()));
    } else if (message instanceof PeerLost lost) {
      wire.getPeerLostBuilder()
          .setGeneration(WireChecks.encode(lost.generation()))
          .setWorkerId(lost.workerId())
          .setReason(sayable(lost.reason()));
    } else if (message instanceof Failed failed) {
      wire.getFailedBuilder()
          .setGeneration(WireChecks.encode(failed.generation()))
          .setCause(encode(failed.cause()))
          .setReason(sayable(failed.reason()));
    } else {
      throw new IllegalStateException("no such message " + message);
    }
  }

  private static io.holdfast.proto.v1.ShardWritten shardWritten(ShardWritten written) {
    var wire =
        io.holdfast.proto.v1.ShardWritten.newBuilder()
            .setPrefix(written.prefix())
            .setShard(written.shard())
            .setLengthBytes(written.lengthBytes());
    for (WrittenPiece piece : written.pieces()) {
      wire.addPiecesBuilder()
          .setKey(piece.key())
          .setOrdinal(piece.ordinal())
          .setOffsetBytes(piece.offsetBytes())
          .setSizeBytes(piece.sizeBytes())
          .setMaskedCrc32C(piece.maskedCrc32c());
    }
    return wire.build();
  }

  private static List<io.holdfast.proto.v1.ShardSums> encode(List<ShardSums> sums) {
    return sums.stream()
        .map(
            sum ->
                io.holdfast.proto.v1.ShardSums.newBuilder()
                    .setShard(sum.shard())
                    .setLoss(sum.loss())
                    .setWeight(sum.weight())
                    .addAllMetrics(sum.metrics())
                    .build())
        .toList();
  }

  private static io.holdfast.proto.v1.Failed.Cause encode(Cause cause) {
    return switch (cause) {
      case BAD_INPUT -> io.holdfast.proto.v1.Failed.Cause.BAD_INPUT;
      case DAMAGED_CHECKPOINT -> io.holdfast.proto.v1.Failed.Cause.DAMAGED_CHECKPOINT;
      case UNREADABLE -> io.holdfast.proto.v1.Failed.Cause.UNREADABLE;
      case BUG -> io.holdfast.proto.v1.Failed.Cause.BUG;
    };
  }

  static WorkerMessage decode(FromWorker wire) throws RefusedException {
    return switch (wire.getMessageCase()) {
      case HELLO -> hello(wire.getHello());
      case PREPARED -> prepared(wire.getPrepared());
      case HEARTBEAT -> heartbeat(wire.getHeartbeat());
      case RESTORED -> restored(wire.getRestored());
      case STEP_DONE -> stepDone(wire.getStepDone());
      case SNAPSHOT_TAKEN -> snapshotTaken(wire.getSnapshotTaken());
      case SNAPSHOT_REFUSED -> snapshotRefused(wire.getSnapshotRefused());
      case SHARD_WRITTEN -> shardWritten(wire.getShardWritten());
      case SHARD_FAILED -> shardFailed(wire.getShardFailed());
      case EVALUATED -> evaluated(wire.getEvaluated());
      case FAILED -> failed(wire.getFailed());
      case PEER_LOST -> peerLost(wire.getPeerLost());
      case LEAVING -> new Leaving(reason(wire.getLeaving().getReason()));
      case MESSAGE_NOT_SET -> throw new RefusedException("an unknown message, or none");
    };
  }

  private static Hello hello(io.holdfast.proto.v1.Hello wire) throws RefusedException {
    return new Hello(
        name("version", wire.getVersion()),
        name("worker_id", wire.getWorkerId()),
        name("host", wire.getHost()),
        notNegative("pid", wire.getPid()),
        name("exchange_address", wire.getExchangeAddress()),
        wire.getExchangeKey());
  }

  private static Prepared prepared(io.holdfast.proto.v1.Prepared wire) throws RefusedException {
    return new Prepared(
        name("probe_digest", wire.getProbeDigest()),
        notNegative("train_samples", wire.getTrainSamples()),
        notNegative("validation_samples", wire.getValidationSamples()));
  }

  private static Heartbeat heartbeat(io.holdfast.proto.v1.Heartbeat wire) throws RefusedException {
    return new Heartbeat(
        WireChecks.decode(wire.hasGeneration(), wire.getGeneration()),
        notNegative("step", wire.getStep()));
  }

  private static Restored restored(io.holdfast.proto.v1.Restored wire) throws RefusedException {
    return new Restored(
        WireChecks.decode(wire.hasGeneration(), wire.getGeneration()),
        notNegative("step", wire.getStep()),
        checksums("values", wire.getValuesList()),
        checksums("slots", wire.getSlotsList()));
  }

  private static List<Integer> checksums(String field, List<Integer> wire) throws RefusedException {
    atMost(field, wire.size(), WireLimits.MAX_PIECES);
    return wire;
  }

  private static PeerLost peerLost(io.holdfast.proto.v1.PeerLost wire) throws RefusedException {
    return new PeerLost(
        WireChecks.decode(wire.hasGeneration(), wire.getGeneration()),
        name("worker_id", wire.getWorkerId()),
        reason(wire.getReason()));
  }

  private static StepDone stepDone(io.holdfast.proto.v1.StepDone wire) throws RefusedException {
    return new StepDone(
        WireChecks.decode(wire.hasGeneration(), wire.getGeneration()),
        notNegative("step", wire.getStep()),
        sums(wire.getSumsList()),
        notNegative("compute_nanos", wire.getComputeNanos()),
        notNegative("wait_nanos", wire.getWaitNanos()),
        notNegative("sent_bytes", wire.getSentBytes()));
  }

  private static Evaluated evaluated(io.holdfast.proto.v1.Evaluated wire) throws RefusedException {
    return new Evaluated(
        WireChecks.decode(wire.hasGeneration(), wire.getGeneration()),
        notNegative("step", wire.getStep()),
        sums(wire.getSumsList()));
  }

  /** Losses may be NaN or infinite, for training may diverge; weights may not. */
  private static List<ShardSums> sums(List<io.holdfast.proto.v1.ShardSums> wire)
      throws RefusedException {
    WireChecks.ascendingShards(
        wire.stream().map(io.holdfast.proto.v1.ShardSums::getShard).toList());
    List<ShardSums> sums = new ArrayList<>(wire.size());
    for (var sum : wire) {
      atMost("metrics", sum.getMetricsCount(), WireLimits.MAX_METRICS);
      if (!(sum.getWeight() >= 0) || Double.isInfinite(sum.getWeight())) {
        throw new RefusedException("weight of shard " + sum.getShard() + " is " + sum.getWeight());
      }
      sums.add(new ShardSums(sum.getShard(), sum.getLoss(), sum.getWeight(), sum.getMetricsList()));
    }
    return sums;
  }

  private static SnapshotTaken snapshotTaken(io.holdfast.proto.v1.SnapshotTaken wire)
      throws RefusedException {
    return new SnapshotTaken(
        WireChecks.decode(wire.hasGeneration(), wire.getGeneration()),
        name("prefix", wire.getPrefix()));
  }

  private static SnapshotRefused snapshotRefused(io.holdfast.proto.v1.SnapshotRefused wire)
      throws RefusedException {
    return new SnapshotRefused(
        WireChecks.decode(wire.hasGeneration(), wire.getGeneration()),
        name("prefix", wire.getPrefix()),
        reason(wire.getReason()));
  }

  private static ShardWritten shardWritten(io.holdfast.proto.v1.ShardWritten wire)
      throws RefusedException {
    atMost("pieces", wire.getPiecesCount(), WireLimits.MAX_PIECES);
    List<WrittenPiece> pieces = new ArrayList<>(wire.getPiecesCount());
    for (var piece : wire.getPiecesList()) {
      pieces.add(
          new WrittenPiece(
              name("key", piece.getKey()),
              below("ordinal", piece.getOrdinal(), WireLimits.MAX_GROUPS),
              notNegative("offset_bytes", piece.getOffsetBytes()),
              notNegative("size_bytes", piece.getSizeBytes()),
              piece.getMaskedCrc32C()));
    }
    return new ShardWritten(
        name("prefix", wire.getPrefix()),
        below("shard", wire.getShard(), WireLimits.MAX_MEMBERS + 1),
        notNegative("length_bytes", wire.getLengthBytes()),
        pieces);
  }

  private static ShardFailed shardFailed(io.holdfast.proto.v1.ShardFailed wire)
      throws RefusedException {
    return new ShardFailed(
        name("prefix", wire.getPrefix()),
        below("shard", wire.getShard(), WireLimits.MAX_MEMBERS + 1),
        reason(wire.getReason()));
  }

  private static Failed failed(io.holdfast.proto.v1.Failed wire) throws RefusedException {
    Cause cause =
        switch (wire.getCause()) {
          case BAD_INPUT -> Cause.BAD_INPUT;
          case DAMAGED_CHECKPOINT -> Cause.DAMAGED_CHECKPOINT;
          case UNREADABLE -> Cause.UNREADABLE;
          case BUG -> Cause.BUG;
          case CAUSE_UNSPECIFIED, UNRECOGNIZED ->
              throw new RefusedException("cause is " + wire.getCauseValue());
        };
    return new Failed(
        WireChecks.decode(wire.hasGeneration(), wire.getGeneration()),
        cause,
        reason(wire.getReason()));
  }
}
