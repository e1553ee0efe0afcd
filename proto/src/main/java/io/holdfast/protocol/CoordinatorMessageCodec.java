package io.holdfast.protocol;

import static io.holdfast.protocol.WireChecks.atMost;
import static io.holdfast.protocol.WireChecks.below;
import static io.holdfast.protocol.WireChecks.name;
import static io.holdfast.protocol.WireChecks.notNegative;
import static io.holdfast.protocol.WireChecks.reason;
import static io.holdfast.protocol.WireChecks.sayable;
import static io.holdfast.protocol.WireChecks.text;

import io.holdfast.proto.v1.ToWorker;
import io.holdfast.protocol.CoordinatorMessage.AbandonSave;
import io.holdfast.protocol.CoordinatorMessage.Alive;
import io.holdfast.protocol.CoordinatorMessage.Evaluate;
import io.holdfast.protocol.CoordinatorMessage.Finish;
import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.CoordinatorMessage.Refused;
import io.holdfast.protocol.CoordinatorMessage.Restore;
import io.holdfast.protocol.CoordinatorMessage.RoundOver;
import io.holdfast.protocol.CoordinatorMessage.RunStep;
import io.holdfast.protocol.CoordinatorMessage.Save;
import io.holdfast.protocol.CoordinatorMessage.ShardOrder;
import io.holdfast.protocol.CoordinatorMessage.Welcome;
import io.holdfast.protocol.WireCodec.RefusedException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@link CoordinatorMessage} on the wire. */
final class CoordinatorMessageCodec {
  private CoordinatorMessageCodec() {}

  static ToWorker encode(CoordinatorMessage message) {
    ToWorker.Builder wire = ToWorker.newBuilder();
    if (message instanceof Welcome welcome) {
      wire.setWelcome(welcome(welcome));
    } else if (message instanceof Refused refused) {
      wire.getRefusedBuilder().setReason(sayable(refused.reason()));
    } else if (message instanceof Restore restore) {
      wire.setRestore(restore(restore));
    } else if (message instanceof RunStep run) {
      wire.getRunStepBuilder()
          .setGeneration(WireChecks.encode(run.generation()))
          .setStep(run.step());
    } else if (message instanceof Save save) {
      wire.setSave(save(save));
    } else if (message instanceof Evaluate evaluate) {
      wire.getEvaluateBuilder()
          .setGeneration(WireChecks.encode(evaluate.generation()))
          .setStep(evaluate.step());
    } else if (message instanceof Alive alive) {
      wire.getAliveBuilder().setTerm(alive.term());
    } else if (message instanceof RoundOver over) {
      wire.getRoundOverBuilder()
          .setGeneration(WireChecks.encode(over.generation()))
          .setReason(sayable(over.reason()));
    } else if (message instanceof AbandonSave abandon) {
      wire.getAbandonSaveBuilder().setPrefix(abandon.prefix());
    } else if (message instanceof Finish finish) {
      wire.getFinishBuilder().setExitCode(finish.exitCode()).setReason(sayable(finish.reason()));
    } else {
      throw new IllegalStateException("no such message " + message);
    }
    return wire.build();
  }

  private static io.holdfast.proto.v1.Welcome welcome(Welcome welcome) {
    return io.holdfast.proto.v1.Welcome.newBuilder()
        .setTerm(welcome.term())
        .setRun(welcome.run())
        .setJob(welcome.job())
        .setHeartbeatMillis(welcome.heartbeatMillis())
        .setLeaseMillis(welcome.leaseMillis())
        .build();
  }

  private static io.holdfast.proto.v1.Restore restore(Restore restore) {
    io.holdfast.proto.v1.Restore.Builder wire =
        io.holdfast.proto.v1.Restore.newBuilder()
            .setGeneration(WireChecks.encode(restore.generation()))
            .addAllOwners(restore.owners())
            .setPrefix(restore.prefix())
            .setStep(restore.step());
    for (Member member : restore.members()) {
      wire.addMembersBuilder()
          .setWorkerId(member.workerId())
          .addAllShards(member.shards())
          .setExchangeAddress(member.exchangeAddress())
          .setExchangeKey(member.exchangeKey());
    }
    return wire.build();
  }

  private static io.holdfast.proto.v1.Save save(Save save) {
    return io.holdfast.proto.v1.Save.newBuilder()
        .setGeneration(WireChecks.encode(save.generation()))
        .setPrefix(save.prefix())
        .setStep(save.step())
        .addAllFiles(save.files().stream().map(CoordinatorMessageCodec::shardOrder).toList())
        .setNumShards(save.numShards())
        .setLinkable(save.linkable())
        .setMustSucceed(save.mustSucceed())
        .build();
  }

  private static io.holdfast.proto.v1.ShardOrder shardOrder(ShardOrder file) {
    return io.holdfast.proto.v1.ShardOrder.newBuilder()
        .setShard(file.shard())
        .setFrozen(file.frozen())
        .addAllGroups(file.groups())
        .build();
  }

  static CoordinatorMessage decode(ToWorker wire) throws RefusedException {
    return switch (wire.getMessageCase()) {
      case WELCOME -> welcome(wire.getWelcome());
      case REFUSED -> new Refused(reason(wire.getRefused().getReason()));
      case RESTORE -> restore(wire.getRestore());
      case RUN_STEP -> runStep(wire.getRunStep());
      case SAVE -> save(wire.getSave());
      case EVALUATE -> evaluate(wire.getEvaluate());
      case FINISH -> finish(wire.getFinish());
      case ALIVE -> new Alive(notNegative("term", wire.getAlive().getTerm()));
      case ROUND_OVER -> roundOver(wire.getRoundOver());
      case ABANDON_SAVE -> new AbandonSave(name("prefix", wire.getAbandonSave().getPrefix()));
      case MESSAGE_NOT_SET -> throw new RefusedException("an unknown message, or none");
    };
  }

  private static Welcome welcome(io.holdfast.proto.v1.Welcome wire) throws RefusedException {
    if (wire.getTerm() < 1 || wire.getHeartbeatMillis() < 1 || wire.getLeaseMillis() < 1) {
      throw new RefusedException("term, heartbeat and lease must be at least 1");
    }
    return new Welcome(
        wire.getTerm(),
        name("run", wire.getRun()),
        text("job", wire.getJob(), WireLimits.MAX_JOB_LENGTH),
        wire.getHeartbeatMillis(),
        wire.getLeaseMillis());
  }

  private static Restore restore(io.holdfast.proto.v1.Restore wire) throws RefusedException {
    atMost("members", wire.getMembersCount(), WireLimits.MAX_MEMBERS);
    atMost("owners", wire.getOwnersCount(), WireLimits.MAX_GROUPS);
    List<Member> members = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (var member : wire.getMembersList()) {
      String id = name("worker_id", member.getWorkerId());
      if (!ids.add(id)) {
        throw new RefusedException("member " + id + " is there twice");
      }
      members.add(
          new Member(
              id,
              WireChecks.ascendingShards(member.getShardsList()),
              name("exchange_address", member.getExchangeAddress()),
              member.getExchangeKey()));
    }
    for (String owner : wire.getOwnersList()) {
      if (!ids.contains(owner)) {
        throw new RefusedException("owner " + name("owner", owner) + " is no member");
      }
    }
    return new Restore(
        WireChecks.decode(wire.hasGeneration(), wire.getGeneration()),
        members,
        wire.getOwnersList(),
        text("prefix", wire.getPrefix(), WireLimits.MAX_NAME_LENGTH),
        notNegative("step", wire.getStep()));
  }

  private static RunStep runStep(io.holdfast.proto.v1.RunStep wire) throws RefusedException {
    if (wire.getStep() < 1) {
      throw new RefusedException("step is " + wire.getStep() + ", allowed is 1 and more");
    }
    return new RunStep(
        WireChecks.decode(wire.hasGeneration(), wire.getGeneration()), wire.getStep());
  }

  private static Save save(io.holdfast.proto.v1.Save wire) throws RefusedException {
    int most = WireLimits.MAX_FILES_A_WORKER * WireLimits.MAX_MEMBERS + 1;
    int shards = below("num_shards", wire.getNumShards(), most + 1);
    return new Save(
        WireChecks.decode(wire.hasGeneration(), wire.getGeneration()),
        name("prefix", wire.getPrefix()),
        notNegative("step", wire.getStep()),
        shardOrders(wire.getFilesList(), shards),
        shards,
        text("linkable", wire.getLinkable(), WireLimits.MAX_NAME_LENGTH),
        wire.getMustSucceed());
  }

  private static List<ShardOrder> shardOrders(
      List<io.holdfast.proto.v1.ShardOrder> wire, int shards) throws RefusedException {
    atMost("files", wire.size(), WireLimits.MAX_FILES_A_WORKER);
    if (wire.isEmpty()) {
      throw new RefusedException("files are missing");
    }
    List<ShardOrder> files = new ArrayList<>();
    for (io.holdfast.proto.v1.ShardOrder file : wire) {
      if (file.getShard() < 1) {
        throw new RefusedException("shard is " + file.getShard() + ", allowed is 1 and more");
      }
      files.add(
          new ShardOrder(
              below("shard", file.getShard(), shards),
              file.getFrozen(),
              WireChecks.ascendingGroups(file.getGroupsList())));
    }
    return files;
  }

  private static Evaluate evaluate(io.holdfast.proto.v1.Evaluate wire) throws RefusedException {
    return new Evaluate(
        WireChecks.decode(wire.hasGeneration(), wire.getGeneration()),
        notNegative("step", wire.getStep()));
  }

  private static RoundOver roundOver(io.holdfast.proto.v1.RoundOver wire) throws RefusedException {
    return new RoundOver(
        WireChecks.decode(wire.hasGeneration(), wire.getGeneration()), reason(wire.getReason()));
  }

  private static Finish finish(io.holdfast.proto.v1.Finish wire) throws RefusedException {
    return new Finish(below("exit_code", wire.getExitCode(), 256), reason(wire.getReason()));
  }
}
