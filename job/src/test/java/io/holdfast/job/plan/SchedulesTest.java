package io.holdfast.job.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.holdfast.job.plan.BatchSchedule.BatchPosition;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** How a run is cut into steps, a step into shards, and how shards are summed again. */
final class SchedulesTest {

  @Example
  void mnistHas469StepsAnEpochAndAShortLastOne() {
    BatchSchedule schedule = BatchSchedule.of(60_000, 128, OptionalInt.of(3), OptionalLong.empty());

    assertThat(schedule.stepsPerEpoch()).isEqualTo(469);
    assertThat(schedule.totalSteps()).isEqualTo(1407);
    assertThat(schedule.at(0)).isEqualTo(new BatchPosition(0, 0, 0, 0, 128, false, false));
    assertThat(schedule.at(468)).isEqualTo(new BatchPosition(468, 0, 468, 59_904, 96, true, false));
    assertThat(schedule.at(1406))
        .isEqualTo(new BatchPosition(1406, 2, 468, 59_904, 96, true, true));
    assertThatIllegalArgumentException().isThrownBy(() -> schedule.at(1407));
    assertThatIllegalArgumentException().isThrownBy(() -> schedule.at(-1));
  }

  @Example
  void whicheverOfEpochsAndStepsEndsFirst() {
    assertThat(BatchSchedule.of(100, 10, OptionalInt.of(3), OptionalLong.of(7)).totalSteps())
        .isEqualTo(7);
    assertThat(BatchSchedule.of(100, 10, OptionalInt.of(3), OptionalLong.of(70)).totalSteps())
        .isEqualTo(30);
    assertThat(BatchSchedule.of(100, 10, OptionalInt.empty(), OptionalLong.of(70)).totalSteps())
        .isEqualTo(70);
  }

  @Property(tries = 200)
  void everyEpochTakesEachRowOnce(
      @ForAll @IntRange(min = 1, max = 300) int samples,
      @ForAll @IntRange(min = 1, max = 64) int batch,
      @ForAll @IntRange(min = 1, max = 3) int epochs) {
    BatchSchedule schedule =
        BatchSchedule.of(samples, batch, OptionalInt.of(epochs), OptionalLong.empty());
    long next = 0;
    for (long step = 0; step < schedule.totalSteps(); step++) {
      BatchPosition at = schedule.at(step);
      assertThat(at.firstRow()).isEqualTo(next);
      assertThat(at.rows()).isBetween(1, batch);
      assertThat((long) at.epoch()).isEqualTo(step / schedule.stepsPerEpoch());
      next += at.rows();
      assertThat(at.endsEpoch()).isEqualTo(next == samples);
      next = at.endsEpoch() ? 0 : next;
      assertThat(at.endsRun()).isEqualTo(step == schedule.totalSteps() - 1);
    }
    assertThat(next).isZero();
  }

  @Property(tries = 300)
  void shardsTileABatchEvenly(
      @ForAll @IntRange(min = 0, max = 1 << 24) int rows,
      @ForAll @IntRange(min = 1, max = 300) int shards) {
    int next = 0;
    for (int shard = 0; shard < shards; shard++) {
      ShardRows part = ShardRows.of(shard, shards, rows);
      assertThat(part.first()).isEqualTo(next).isEqualTo((int) ((long) shard * rows / shards));
      assertThat(part.count()).isBetween(rows / shards, rows / shards + 1);
      assertThat(part.isEmpty()).isEqualTo(part.count() == 0);
      next = part.end();
    }
    assertThat(next).isEqualTo(rows);
  }

  @Property(tries = 100)
  void largeShardNumbersDoNotOverflow(@ForAll @LongRange(min = 1, max = 4096) long shards) {
    int rows = Integer.MAX_VALUE;
    ShardRows last = ShardRows.of((int) shards - 1, (int) shards, rows);

    assertThat(last.end()).isEqualTo(rows);
  }

  @Example
  void treesSplitAtTheLargestPowerOfTwoBelow() {
    assertThat(tree(1)).isEqualTo("0");
    assertThat(tree(2)).isEqualTo("(0+1)");
    assertThat(tree(3)).isEqualTo("((0+1)+2)");
    assertThat(tree(4)).isEqualTo("((0+1)+(2+3))");
    assertThat(tree(6)).isEqualTo("(((0+1)+(2+3))+(4+5))");
    assertThat(tree(7)).isEqualTo("(((0+1)+(2+3))+((4+5)+6))");
    assertThatIllegalArgumentException().isThrownBy(() -> tree(0));
  }

  private static String tree(int n) {
    return SumTree.sum(n, String::valueOf, (left, right) -> "(" + left + "+" + right + ")");
  }

  @Property(tries = 100)
  void everyLeafIsAddedOnceAndInOrder(@ForAll @IntRange(min = 1, max = 3000) int n) {
    String sum = SumTree.sum(n, leaf -> leaf + ";", String::concat);

    StringBuilder all = new StringBuilder();
    for (int leaf = 0; leaf < n; leaf++) {
      all.append(leaf).append(';');
    }
    assertThat(sum).isEqualTo(all.toString());
  }

  @Property(tries = 100)
  void absentLeavesAddNothing(@ForAll @IntRange(min = 1, max = 60) int n, @ForAll long present) {
    Optional<Long> sum =
        SumTree.sumPresent(
            n,
            leaf -> (present >>> leaf & 1) == 1 ? Optional.of(1L << leaf) : Optional.empty(),
            Long::sum);

    long mask = (1L << n) - 1;
    assertThat(sum.orElse(0L)).isEqualTo(present & mask);
    assertThat(sum.isPresent()).isEqualTo((present & mask) != 0);
  }
}
