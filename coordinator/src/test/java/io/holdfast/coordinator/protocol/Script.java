package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.LeaderEvent.CommitDone;
import io.holdfast.coordinator.protocol.LeaderEvent.CommitOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.FindDone;
import io.holdfast.coordinator.protocol.LeaderEvent.FindOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.Received;
import io.holdfast.coordinator.protocol.LeaderEvent.WorkerJoined;
import io.holdfast.job.CheckpointSpec;
import io.holdfast.job.Initializer;
import io.holdfast.job.RetentionSpec;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.Variable;
import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.ShardSums;
import io.holdfast.protocol.WorkerMessage;
import io.holdfast.protocol.WrittenPiece;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.bundle.TensorSlice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Drives a leader by hand and keeps the effects of the last event, each as one short line. */
final class Script {
  static final long SECOND = 1_000_000_000L;
  static final Duration HEARTBEAT = Duration.ofMillis(500);
  static final Duration LEASE = Duration.ofSeconds(3);
  private LeaderState state;
  private long now = SECOND;
  private List<LeaderEffect> effects = List.of();

  Script(RunPlan plan) {
    state = LeaderState.initial(plan);
  }

  /** Four steps in epochs of two, saves each two steps besides, validation after each epoch. */
  static RunPlan plan(boolean async, boolean verifyAfter) {
    return plan(async, verifyAfter, new MembersRule(0, 1, Duration.ofSeconds(10)));
  }

  static RunPlan plan(boolean async, boolean verifyAfter, MembersRule members) {
    return plan(async, verifyAfter, members, RetentionSpec.newest(3));
  }

  /** As {@link #plan(boolean, boolean)}, with a disk budget. */
  static RunPlan planWithin(long maxDiskBytes) {
    RetentionSpec retention =
        new RetentionSpec(
            3,
            Optional.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalLong.of(maxDiskBytes));
    return plan(true, false, new MembersRule(0, 1, Duration.ofSeconds(10)), retention);
  }

  private static RunPlan plan(
      boolean async, boolean verifyAfter, MembersRule members, RetentionSpec retention) {
    CheckpointSpec checkpoint =
        new CheckpointSpec(
            OptionalLong.of(1),
            Optional.empty(),
            Optional.empty(),
            retention,
            async,
            verifyAfter,
            0,
            OptionalInt.empty());
    return plan(members, checkpoint, List.of(group(0, "v", new Variable.Iterations())));
  }

  /** As {@link #plan(boolean, boolean)}, with a second variable that is frozen, {@code f}. */
  static RunPlan planWithFrozen() {
    RunPlan plan = plan(true, true);
    Variable.Role frozen = new Variable.Weight("f", "kernel", Initializer.ZEROS, false);
    return plan(
        plan.members(), plan.checkpoint(), List.of(plan.groups().get(0), group(1, "f", frozen)));
  }

  /** Variables of so many numbers each, and workers that write several files at once. */
  static RunPlan planWithWriters(OptionalInt writers, int streams, long... elements) {
    RunPlan plan = plan(true, false);
    CheckpointSpec one = plan.checkpoint();
    CheckpointSpec several =
        new CheckpointSpec(
            one.everySteps(),
            one.every(),
            one.auto(),
            one.retention(),
            one.async(),
            one.verifyAfter(),
            one.parity(),
            writers);
    List<SliceGroup> groups = new ArrayList<>();
    for (int i = 0; i < elements.length; i++) {
      Variable.Role role = new Variable.Weight("w" + i, "kernel", Initializer.ZEROS, true);
      groups.add(group(i, "w" + i, role, elements[i]));
    }
    return plan(plan.members(), several, streams, groups);
  }

  private static SliceGroup group(int index, String name, Variable.Role role) {
    return group(index, name, role, 4);
  }

  private static SliceGroup group(int index, String name, Variable.Role role, long elements) {
    Variable variable = new Variable(name, name, DataType.FLOAT, TensorShape.of(elements), role);
    return new SliceGroup(index, new Slice(variable, TensorSlice.full(1), 0, elements), List.of());
  }

  private static RunPlan plan(
      MembersRule members, CheckpointSpec checkpoint, List<SliceGroup> groups) {
    return plan(members, checkpoint, 1, groups);
  }

  private static RunPlan plan(
      MembersRule members, CheckpointSpec checkpoint, int streams, List<SliceGroup> groups) {
    return new RunPlan(
        "1",
        "file:/run",
        "{}",
        groups,
        2,
        4,
        List.of("accuracy"),
        OptionalInt.of(2),
        OptionalLong.empty(),
        checkpoint,
        streams,
        members,
        HEARTBEAT,
        LEASE);
  }

  LeaderState state() {
    return state;
  }

  List<String> on(LeaderEvent event) {
    Transition transition = Leader.apply(state, now, event);
    state = transition.state();
    effects = transition.effects();
    return effects.stream().map(Script::line).toList();
  }

  List<String> pass(Duration time) {
    now += time.toNanos();
    return on(new LeaderEvent.Tick());
  }

  /** Elected, nothing in storage, one worker ready and restored: training has begun. */
  Script trainingFromScratch() {
    on(new LeaderEvent.Elected(1));
    found(1, Optional.empty());
    join(1, "w1");
    restored(1, new Generation(1, 1), 0);
    return this;
  }

  List<String> found(long request, Optional<Checkpoint> checkpoint) {
    return on(new FindDone(request, new FindOutcome.Found(checkpoint), List.of()));
  }

  List<String> join(long connection, String id) {
    on(
        new WorkerJoined(
            connection,
            new WorkerMessage.Hello("1", id, "host", 7, "host:" + connection, connection)));
    return say(connection, new WorkerMessage.Prepared("probe", 8, 4));
  }

  /** The worker holds the one slice of the plan, of which nobody knows better. */
  List<String> restored(long connection, Generation generation, long step) {
    return say(connection, new WorkerMessage.Restored(generation, step, List.of(7), List.of()));
  }

  List<String> say(long connection, WorkerMessage message) {
    return on(new Received(connection, message));
  }

  List<String> stepDone(long step) {
    return say(1, new WorkerMessage.StepDone(generation(), step, sums(step), 5, 1, 0));
  }

  /** One member's report of one logical shard. */
  List<String> stepDone(long connection, int shard, long step) {
    return say(
        connection,
        new WorkerMessage.StepDone(
            generation(), step, List.of(new ShardSums(shard, step, 2, List.of(1.0))), 5, 1, 1000));
  }

  List<String> evaluated(long step) {
    return say(1, new WorkerMessage.Evaluated(generation(), step, sums(10)));
  }

  /** The worker hands over and writes what it was asked for. */
  List<String> written(String prefix) {
    say(1, new WorkerMessage.SnapshotTaken(generation(), prefix));
    return say(
        1,
        new WorkerMessage.ShardWritten(
            prefix, 1, 16, List.of(new WrittenPiece("v", 0, 0, 16, 99))));
  }

  List<String> ask(long request, OperatorRequest what) {
    return on(new LeaderEvent.OperatorAsked(request, what));
  }

  List<String> commit(String prefix, CommitOutcome outcome) {
    return on(new CommitDone(prefix, outcome));
  }

  Generation generation() {
    return state.round().orElseThrow().generation();
  }

  /** Losses by shard are step and step + 1, each of two rows. */
  private static List<ShardSums> sums(long step) {
    return List.of(
        new ShardSums(0, step, 2, List.of(1.0)), new ShardSums(1, step + 1, 2, List.of(2.0)));
  }

  LeaderEffect.Commit lastCommit() {
    return effects.stream()
        .filter(LeaderEffect.Commit.class::isInstance)
        .map(LeaderEffect.Commit.class::cast)
        .findAny()
        .orElseThrow();
  }

  CoordinatorMessage.Save lastSave() {
    return effects.stream()
        .filter(LeaderEffect.Send.class::isInstance)
        .map(effect -> ((LeaderEffect.Send) effect).message())
        .filter(CoordinatorMessage.Save.class::isInstance)
        .map(CoordinatorMessage.Save.class::cast)
        .findAny()
        .orElseThrow();
  }

  private static String line(LeaderEffect effect) {
    if (effect instanceof LeaderEffect.Send send) {
      return "send " + send.connection() + " " + message(send.message());
    } else if (effect instanceof LeaderEffect.RecordAttempt attempt) {
      return attempt.state() + " " + attempt.prefix();
    } else if (effect instanceof LeaderEffect.Announce announce) {
      return "say " + announce.text();
    } else if (effect instanceof LeaderEffect.Commit commit) {
      return "commit " + commit.prefix();
    } else if (effect instanceof LeaderEffect.Verify verify) {
      return "verify " + verify.prefix();
    } else if (effect instanceof LeaderEffect.Discard discard) {
      return "discard " + discard.prefix();
    } else if (effect instanceof LeaderEffect.FindNewestGood find) {
      return "find " + find.request() + find.disputed().map(p -> " disputed " + p).orElse("");
    } else if (effect instanceof LeaderEffect.Finish finish) {
      return "finish " + finish.exitCode();
    } else if (effect instanceof LeaderEffect.Disconnect disconnect) {
      return "disconnect " + disconnect.connection();
    } else if (effect instanceof LeaderEffect.Answer answer) {
      return "answer " + answer.request() + " " + answer(answer.answer());
    }
    return effect.getClass().getSimpleName();
  }

  private static String answer(OperatorAnswer answer) {
    if (answer instanceof OperatorAnswer.Done done) {
      return ("step " + done.step() + " " + done.prefix()).strip();
    }
    OperatorAnswer.Refused refused = (OperatorAnswer.Refused) answer;
    return refused.why() + ": " + refused.reason();
  }

  private static String message(CoordinatorMessage message) {
    if (message instanceof CoordinatorMessage.RunStep run) {
      return "step " + run.step() + " " + run.generation();
    } else if (message instanceof CoordinatorMessage.Save save) {
      return "save " + save.prefix() + (save.mustSucceed() ? " must" : "");
    } else if (message instanceof CoordinatorMessage.Restore restore) {
      return "restore " + restore.generation() + " from \"" + restore.prefix() + "\"";
    } else if (message instanceof CoordinatorMessage.Evaluate evaluate) {
      return "evaluate " + evaluate.step();
    } else if (message instanceof CoordinatorMessage.Finish finish) {
      return "finish " + finish.exitCode();
    } else if (message instanceof CoordinatorMessage.RoundOver over) {
      return "over " + over.generation();
    } else if (message instanceof CoordinatorMessage.AbandonSave abandon) {
      return "abandon " + abandon.prefix();
    } else if (message instanceof CoordinatorMessage.Refused refused) {
      return "refused " + refused.reason();
    }
    return message.getClass().getSimpleName();
  }
}
