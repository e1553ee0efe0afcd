package io.holdfast.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.proto.v1.FromWorker;
import io.holdfast.proto.v1.ToWorker;
import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.WireCodec.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WireCodecTest {
  private static final int ROUNDS = 200;

  @Test
  void everyWorkerMessageComesBackAsItWas() throws Exception {
    for (long seed = 0; seed < ROUNDS; seed++) {
      for (WorkerMessage message : workerMessages(new Random(seed))) {
        FromWorker wire = FromWorker.parseFrom(WireCodec.encode(message).toByteArray());
        assertThat(WireCodec.decode(wire)).as("seed %d", seed).isEqualTo(message);
      }
    }
  }

  @Test
  void everyCoordinatorMessageComesBackAsItWas() throws Exception {
    for (long seed = 0; seed < ROUNDS; seed++) {
      for (CoordinatorMessage message : coordinatorMessages(new Random(seed))) {
        ToWorker wire = ToWorker.parseFrom(WireCodec.encode(message).toByteArray());
        assertThat(WireCodec.decode(wire)).as("seed %d", seed).isEqualTo(message);
      }
    }
  }

  @Test
  void everyKindOfMessageIsTried() {
    assertThat(workerMessages(new Random(0)).stream().map(Object::getClass))
        .hasSameElementsAs(List.of(WorkerMessage.class.getPermittedSubclasses()));
    assertThat(coordinatorMessages(new Random(0)).stream().map(Object::getClass))
        .hasSameElementsAs(List.of(CoordinatorMessage.class.getPermittedSubclasses()));
  }

  /**
   * Random changes of bytes give a message, or a refusal, or no protobuf; never another failure.
   */
  @Test
  void damagedBytesAreRefusedAndNothingElse() throws Exception {
    for (long seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      for (WorkerMessage message : workerMessages(random)) {
        byte[] bytes = WireCodec.encode(message).toByteArray();
        for (int i = 0; i < 3 && bytes.length > 0; i++) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        decodeAny(bytes);
      }
    }
  }

  private static void decodeAny(byte[] bytes) {
    try {
      assertThat(WireCodec.decode(FromWorker.parseFrom(bytes))).isNotNull();
    } catch (RefusedException | com.google.protobuf.InvalidProtocolBufferException expected) {
      assertThat(expected).hasMessageMatching("(?s).+");
    }
  }

  @Test
  void noMessageIsRefused() {
    refused(FromWorker.getDefaultInstance(), "an unknown message, or none");
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> WireCodec.decode(ToWorker.getDefaultInstance()));
  }

  @Test
  void missingGenerationIsRefused() {
    FromWorker.Builder wire = FromWorker.newBuilder();
    wire.getStepDoneBuilder().setStep(1);
    refused(wire.build(), "generation is missing");
  }

  @Test
  void negativeNumbersAreRefused() {
    FromWorker.Builder wire = FromWorker.newBuilder();
    wire.getHeartbeatBuilder().setStep(-1).getGenerationBuilder().setTerm(1);
    refused(wire.build(), "step is negative: -1");
    wire.getHeartbeatBuilder().setStep(1).getGenerationBuilder().setTerm(-1);
    refused(wire.build(), "term is negative: -1");
  }

  @Test
  void shardsThatAreNotAscendingAreRefused() {
    FromWorker.Builder wire = FromWorker.newBuilder();
    wire.getStepDoneBuilder().getGenerationBuilder().setTerm(1);
    wire.getStepDoneBuilder().addSumsBuilder().setShard(1);
    wire.getStepDoneBuilder().addSumsBuilder().setShard(1);
    refused(wire.build(), "shards are not ascending: 1 after 1");
  }

  @Test
  void weightThatIsNoNumberIsRefused() {
    FromWorker.Builder wire = FromWorker.newBuilder();
    wire.getStepDoneBuilder().getGenerationBuilder().setTerm(1);
    wire.getStepDoneBuilder().addSumsBuilder().setWeight(Double.NaN);
    refused(wire.build(), "weight of shard 0 is NaN");
  }

  @Test
  void oversizedTextIsRefusedAndReasonsAreCut() throws Exception {
    FromWorker.Builder wire = FromWorker.newBuilder();
    wire.getLeavingBuilder().setReason("x".repeat(WireLimits.MAX_REASON_LENGTH + 1));
    refused(wire.build(), "reason has 8193 characters, allowed are 8192");
    WorkerMessage said =
        WireCodec.decode(WireCodec.encode(new WorkerMessage.Leaving("x".repeat(100_000))));
    assertThat(((WorkerMessage.Leaving) said).reason()).hasSize(WireLimits.MAX_REASON_LENGTH);
  }

  @Test
  void unknownCauseIsRefused() {
    FromWorker.Builder wire = FromWorker.newBuilder();
    wire.getFailedBuilder().setCauseValue(99).getGenerationBuilder().setTerm(1);
    refused(wire.build(), "cause is 99");
  }

  @Test
  void ownerThatIsNoMemberIsRefused() {
    ToWorker.Builder wire = ToWorker.newBuilder();
    wire.getRestoreBuilder().addOwners("w9").getGenerationBuilder().setTerm(1);
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> WireCodec.decode(wire.build()))
        .withMessage("owner w9 is no member");
  }

  private static void refused(FromWorker wire, String why) {
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> WireCodec.decode(wire))
        .withMessage(why);
  }

  private static List<WorkerMessage> workerMessages(Random random) {
    return List.of(
        new WorkerMessage.Hello(
            text(random),
            text(random),
            text(random),
            number(random),
            text(random),
            random.nextLong()),
        new WorkerMessage.Prepared(text(random), number(random), number(random)),
        new WorkerMessage.Heartbeat(generation(random), number(random)),
        new WorkerMessage.Restored(
            generation(random), number(random), checksums(random), checksums(random)),
        new WorkerMessage.StepDone(
            generation(random),
            number(random),
            sums(random),
            number(random),
            number(random),
            number(random)),
        new WorkerMessage.PeerLost(generation(random), text(random), text(random)),
        new WorkerMessage.SnapshotTaken(generation(random), text(random)),
        new WorkerMessage.SnapshotRefused(generation(random), text(random), text(random)),
        new WorkerMessage.ShardWritten(
            text(random), random.nextInt(100), number(random), pieces(random)),
        new WorkerMessage.ShardFailed(text(random), random.nextInt(100), text(random)),
        new WorkerMessage.Evaluated(generation(random), number(random), sums(random)),
        new WorkerMessage.Failed(
            generation(random), WorkerMessage.Cause.values()[random.nextInt(4)], text(random)),
        new WorkerMessage.Leaving(text(random)));
  }

  private static List<CoordinatorMessage> coordinatorMessages(Random random) {
    return List.of(
        new CoordinatorMessage.Welcome(
            1 + number(random), text(random), text(random), 1 + number(random), 5),
        new CoordinatorMessage.Refused(text(random)),
        restore(random),
        new CoordinatorMessage.RunStep(generation(random), 1 + number(random)),
        new CoordinatorMessage.Save(
            generation(random),
            text(random),
            number(random),
            List.of(
                new CoordinatorMessage.ShardOrder(1 + random.nextInt(4), false, List.of(0, 7)),
                new CoordinatorMessage.ShardOrder(
                    1 + random.nextInt(4), true, List.of(random.nextInt(9)))),
            5 + random.nextInt(5),
            random.nextBoolean() ? "" : text(random),
            random.nextBoolean()),
        new CoordinatorMessage.Evaluate(generation(random), number(random)),
        new CoordinatorMessage.Alive(number(random)),
        new CoordinatorMessage.RoundOver(generation(random), text(random)),
        new CoordinatorMessage.AbandonSave(text(random)),
        new CoordinatorMessage.Finish(random.nextInt(256), text(random)));
  }

  private static CoordinatorMessage restore(Random random) {
    List<Member> members = new ArrayList<>();
    List<String> owners = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      members.add(new Member("w" + i, List.of(2 * i, 2 * i + 1), text(random), random.nextLong()));
      owners.add("w" + i);
    }
    return new CoordinatorMessage.Restore(
        generation(random), members, owners, random.nextBoolean() ? "" : text(random), 7);
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder("x");
    for (int i = random.nextInt(20); i > 0; i--) {
      text.append((char) (' ' + random.nextInt(1000)));
    }
    return text.toString();
  }

  private static List<Integer> checksums(Random random) {
    return random.ints(random.nextInt(5)).boxed().toList();
  }

  private static long number(Random random) {
    return random.nextLong() >>> (1 + random.nextInt(62));
  }

  private static Generation generation(Random random) {
    return new Generation(number(random), number(random));
  }

  private static List<ShardSums> sums(Random random) {
    List<ShardSums> sums = new ArrayList<>();
    for (int shard = 0; shard < random.nextInt(5); shard++) {
      double loss = random.nextInt(10) == 0 ? Double.NaN : random.nextGaussian();
      sums.add(new ShardSums(2 * shard, loss, random.nextDouble(), List.of(random.nextDouble())));
    }
    return sums;
  }

  private static List<WrittenPiece> pieces(Random random) {
    List<WrittenPiece> pieces = new ArrayList<>();
    for (int i = 0; i < random.nextInt(5); i++) {
      pieces.add(
          new WrittenPiece(text(random), i, number(random), number(random), random.nextInt()));
    }
    return pieces;
  }
}
