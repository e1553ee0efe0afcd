package io.holdfast.cli.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {
  private final RestartPolicy policy = new RestartPolicy();

  @Test
  void replacesWhatWasKilledAtOnce() {
    assertThat(policy.died(new Death.Killed(9)))
        .isEqualTo(new RestartPolicy.Decision.Restart(Duration.ZERO));
  }

  @Test
  void neverGivesUpOnKillsWhileTheRunProgresses() {
    for (int kill = 0; kill < 10 * RestartPolicy.MOST_KILLS; kill++) {
      assertThat(policy.died(new Death.Killed(9)))
          .isInstanceOf(RestartPolicy.Decision.Restart.class);
      if (kill % 50 == 0) {
        policy.progressed();
      }
    }
  }

  @Test
  void givesUpOnWhatDiesOfItselfAgainAndAgain() {
    for (int crash = 0; crash < RestartPolicy.MOST_CRASHES; crash++) {
      assertThat(policy.died(new Death.Exited(70)))
          .isInstanceOf(RestartPolicy.Decision.Restart.class);
    }
    assertThat(policy.died(new Death.Exited(70)))
        .isEqualTo(new RestartPolicy.Decision.GiveUp(RestartPolicy.MOST_CRASHES + 1));
  }

  @Test
  void pausesGrowToABound() {
    Duration last = Duration.ZERO;
    for (int kill = 0; kill < RestartPolicy.MOST_KILLS; kill++) {
      Duration pause = ((RestartPolicy.Decision.Restart) policy.died(new Death.Killed(9))).pause();
      assertThat(pause).isBetween(last, Duration.ofSeconds(5));
      last = pause;
    }
    assertThat(last).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void readsExitStatuses() {
    assertThat(Death.of(137)).isEqualTo(new Death.Killed(9));
    assertThat(Death.of(143)).isEqualTo(new Death.Killed(15));
    assertThat(Death.of(134)).as("a JVM that crashed").isEqualTo(new Death.Exited(134));
    assertThat(Death.of(2)).isEqualTo(new Death.Exited(2));
  }
}
