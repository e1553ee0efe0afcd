package io.holdfast.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.job.plan.ShardRows;
import io.holdfast.model.data.SampleBatch;
import io.holdfast.storage.bundle.TensorShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A shard's gradients are the same bits in whatever lane, thread, order and memory. */
class BitsTest {
  private static final int SHARDS = 4;
  private static final KerasCase CNN = KerasCase.named("article_cnn");

  private final TestTrainer trainer = TestTrainer.of(CNN, SHARDS);
  private final TensorShape input = trainer.plan.input();
  private final TensorShape output = trainer.plan.output();

  @Test
  void lanesInSeveralThreadsGiveTheBitsOfOneLane() {
    List<String> one = digests(trainer.network.lane(), List.of(0, 1, 2, 3));
    for (int repetition = 0; repetition < 3; repetition++) {
      CompletableFuture<List<String>> even =
          CompletableFuture.supplyAsync(() -> digests(trainer.network.lane(), List.of(0, 2)));
      List<String> odd = digests(trainer.network.lane(), List.of(1, 3));
      assertThat(List.of(even.join().get(0), odd.get(0), even.join().get(1), odd.get(1)))
          .isEqualTo(one);
    }
  }

  @Test
  void neitherOrderNorWhatALaneDidBeforeMatters() {
    List<String> forward = digests(trainer.network.lane(), List.of(0, 1, 2, 3));
    ShardLane used = trainer.network.lane();
    digest(used, 1, 0, 17);
    List<String> backward = digests(used, List.of(3, 2, 1, 0));
    assertThat(List.of(backward.get(3), backward.get(2), backward.get(1), backward.get(0)))
        .isEqualTo(forward);
  }

  @Test
  void gradientsAreTheListenersFromTheLastLayerToTheFirst() {
    List<Integer> told = new ArrayList<>();
    SampleBatch batch = CNN.batch(0, input, output, 0, 32);
    trainer
        .network
        .lane()
        .train(0, 0, batch, trainer.values, trainer.shardGradients.get(0), told::add);
    assertThat(told).containsExactly(3, 2, 1, 0);
  }

  @Test
  void frozenLayersHaveNoGradientToTellOf() {
    KerasCase c = KerasCase.named("frozen_middle");
    TestTrainer frozen = TestTrainer.of(c, 1);
    List<Integer> told = new ArrayList<>();
    SampleBatch batch = c.batch(0, frozen.plan.input(), frozen.plan.output(), 0, 6);
    frozen
        .network
        .lane()
        .train(0, 0, batch, frozen.values, frozen.shardGradients.get(0), told::add);
    assertThat(frozen.weights).hasSize(9);
    assertThat(told).containsExactly(3, 2, 1, 0);
  }

  @Test
  void anEmptyShardAddsNothing() {
    ShardSums some = new ShardSums(2, 3.5, Map.of());
    assertThat(ShardSums.EMPTY.plus(some)).isEqualTo(some);
    assertThat(some.plus(ShardSums.EMPTY)).isEqualTo(some);
    TestTrainer wide = TestTrainer.of(KerasCase.named("dense_linear"), 7);
    KerasCase c = KerasCase.named("dense_linear");
    ShardSums sums =
        wide.gradients(
            wide.network.lane(),
            3,
            (first, count) -> c.batch(0, wide.plan.input(), wide.plan.output(), first, count));
    assertThat(sums.rows()).isEqualTo(3);
  }

  @Test
  void theProbeIsTheSameEachTimeAndDependsOnTheShardsShape() {
    String probe = ProbeDigest.of(trainer.job, trainer.plan);
    assertThat(probe).hasSize(64).isEqualTo(ProbeDigest.of(trainer.job, trainer.plan));
    TestTrainer other = TestTrainer.of(CNN, 8);
    assertThat(ProbeDigest.of(other.job, other.plan)).isNotEqualTo(probe);
  }

  private List<String> digests(ShardLane lane, List<Integer> shards) {
    List<String> digests = new ArrayList<>();
    for (int shard : shards) {
      ShardRows rows = ShardRows.of(shard, SHARDS, 128);
      digests.add(digest(lane, 0, rows.first(), rows.count()));
    }
    return digests;
  }

  private String digest(ShardLane lane, int step, int first, int count) {
    VariableBuffers gradients = VariableBuffers.allocate(trainer.trainable);
    SampleBatch batch = CNN.batch(step, input, output, first, count);
    lane.train(0, first, batch, trainer.values, gradients, GradientListener.NONE);
    return ProbeDigest.digest(gradients);
  }
}
