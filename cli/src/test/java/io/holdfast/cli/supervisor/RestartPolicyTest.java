package io.holdfast.cli.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {
  private final RestartPolicy policy = RestartPolicy.vital();

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

  @Test
  void aHostThatIsNotReachedIsTriedLessAndLessOften() {
    Duration last = Duration.ZERO;
    for (int miss = 0; miss < RestartPolicy.MOST_MISSES; miss++) {
      policy.progressed();
      Duration pause = pauseAfter(new Death.Unreachable());
      assertThat(pause)
          .isGreaterThanOrEqualTo(last)
          .isLessThanOrEqualTo(RestartPolicy.LONGEST_PAUSE);
      last = pause;
    }
    assertThat(policy.died(new Death.Unreachable()))
        .isInstanceOf(RestartPolicy.Decision.GiveUp.class);
    policy.lived();
    assertThat(pauseAfter(new Death.Unreachable())).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void whatARunCanGoOnWithoutIsTriedForEver() {
    RestartPolicy spare = RestartPolicy.spare();
    for (int miss = 0; miss < 100 * RestartPolicy.MOST_MISSES; miss++) {
      assertThat(spare.died(new Death.Unreachable()))
          .isInstanceOf(RestartPolicy.Decision.Restart.class);
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
    assertThat(Death.of(ChildSpec.Place.OVER_SSH, 255)).isEqualTo(new Death.Unreachable());
    assertThat(Death.of(ChildSpec.Place.OVER_SSH, 137)).isEqualTo(new Death.Killed(9));
    assertThat(Death.of(ChildSpec.Place.HERE, 255)).isEqualTo(new Death.Exited(255));
  }
}
