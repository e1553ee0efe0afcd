package io.holdfast.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressWatchTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private final ProgressWatch watch = new ProgressWatch();

  @Test
  void onlyAPieceThatTakesLongerThanTheLimitIsOverdue() {
    watch.limit(LIMIT);
    watch.piece(0);
    assertThat(watch.overdue(LIMIT.toNanos())).isEmpty();
    assertThat(watch.overdue(LIMIT.toNanos() + 1)).contains(LIMIT);
    watch.piece(LIMIT.toNanos());
    assertThat(watch.overdue(LIMIT.toNanos() + 1)).as("the next piece").isEmpty();
  }

  @Test
  void restAndWorkWithoutALimitAreNeverOverdue() {
    watch.piece(0);
    assertThat(watch.overdue(Long.MAX_VALUE)).as("no job yet").isEmpty();
    watch.limit(LIMIT);
    watch.rest();
    assertThat(watch.overdue(Long.MAX_VALUE)).isEmpty();
  }
}
