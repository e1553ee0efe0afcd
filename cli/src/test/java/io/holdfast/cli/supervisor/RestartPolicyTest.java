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
  void pausesGrowAfterCrashesAndNotAfterKills() {
    Duration last = Duration.ZERO;
    for (int crash = 0; crash < RestartPolicy.MOST_CRASHES; crash++) {
      Duration pause = pauseAfter(new Death.Exited(70));
      assertThat(pause).isGreaterThan(last).isLessThan(Duration.ofSeconds(5));
      last = pause;
    }
    for (int kill = 0; kill < RestartPolicy.MOST_KILLS; kill++) {
      assertThat(pauseAfter(new Death.Killed(9))).isZero();
    }
  }

  private Duration pauseAfter(Death death) {
    return ((RestartPolicy.Decision.Restart) policy.died(death)).pause();
  }

  @Test
  void readsExitStatuses() {
    assertThat(Death.of(137)).isEqualTo(new Death.Killed(9));
    assertThat(Death.of(143)).isEqualTo(new Death.Killed(15));
    assertThat(Death.of(134)).as("a JVM that crashed").isEqualTo(new Death.Exited(134));
    assertThat(Death.of(2)).isEqualTo(new Death.Exited(2));
  }
}
