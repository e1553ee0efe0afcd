package io.holdfast.job.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.job.plan.SumTree.Span;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SumTreeSpansTest {

  @Test
  void spansAreTheLargestNodesThatLieWholeInALeafSet() {
    assertThat(SumTree.spans(4, Set.of(0, 1, 2, 3))).containsExactly(new Span(0, 4));
    assertThat(SumTree.spans(4, Set.of(2, 3))).containsExactly(new Span(2, 4));
    assertThat(SumTree.spans(4, Set.of(1, 2))).containsExactly(new Span(1, 2), new Span(2, 3));
    assertThat(SumTree.spans(7, Set.of(4, 5, 6))).containsExactly(new Span(4, 7));
    assertThat(SumTree.spans(3, Set.of())).isEmpty();
  }

  @Test
  void aNodeSplitsAtTheLargestPowerOfTwoBelowItsSize() {
    assertThat(new Span(0, 7).left()).isEqualTo(new Span(0, 4));
    assertThat(new Span(4, 7).right()).isEqualTo(new Span(6, 7));
  }
}
