package io.holdfast.coordinator.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where a run stands when it goes on from a checkpoint in the middle of an epoch. */
class BarrierTest {
  private static final Sums STORED = new Sums(3, 2, List.of(1.0));

  @Test
  void takesUpTheSumsOfTheEpochUnderWay() {
    assertThat(restored(STORED, 1).epochSums()).isEqualTo(STORED);
  }

  @Test
  void beginsTheSumsAnewWhereTheMetricsAreOthersOrNoneWereStored() {
    assertThat(restored(STORED, 0).epochSums()).isEqualTo(Sums.zero(0));
    assertThat(restored(STORED, 2).epochSums()).isEqualTo(Sums.zero(2));
    assertThat(restored(Sums.zero(0), 1).epochSums()).isEqualTo(Sums.zero(1));
  }

  private static Barrier restored(Sums stored, int metrics) {
    CheckpointMetadata metadata = new CheckpointMetadata("", stored, Optional.empty(), Map.of());
    return Barrier.restored(
        Optional.of(new Checkpoint("ckpt-t1r1-5", 5, metadata, Optional.empty())), metrics, 0);
  }
}
