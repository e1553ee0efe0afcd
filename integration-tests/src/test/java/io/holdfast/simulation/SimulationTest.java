package io.holdfast.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many seeded lives of a run; a failing one tells its seed and what happened last. To see one
 * again:
 *
 * <pre>
 * mvn -pl integration-tests -am verify -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dseed=N
 * </pre>
 *
 * {@code -Dlives=N} looks at more of them.
 */
class SimulationTest {
  private static final int LIVES = Integer.getInteger("lives", 2000);

  /** A defect that is not found in so many lives is not looked for. */
  private static final int SEEDS_TO_FIND_A_DEFECT = 400;

  @Test
  void noLifeOfARunBreaksAnInvariantAndEachComesToItsEnd() {
    OptionalLong one = seed();
    if (one.isPresent()) {
      new Simulation(one.getAsLong(), Mutation.NONE).run();
      return;
    }
    long events = 0;
    for (long seed = 0; seed < LIVES; seed++) {
      Simulation simulation = new Simulation(seed, Mutation.NONE);
      simulation.run();
      events += simulation.events();
    }
    assertThat(events).isGreaterThan(LIVES * 100L);
  }

  @Test
  void equalSeedsLiveEqualLives() {
    Simulation one = new Simulation(7, Mutation.NONE);
    Simulation two = new Simulation(7, Mutation.NONE);
    one.run();
    two.run();
    assertThat(two.world.traceTail()).isEqualTo(one.world.traceTail());
    assertThat(two.events()).isEqualTo(one.events());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void deliberateDefectsAreFound(Mutation mutation) {
    Optional<Violation> found = Optional.empty();
    for (long seed = 0; seed < SEEDS_TO_FIND_A_DEFECT && found.isEmpty(); seed++) {
      try {
        new Simulation(seed, mutation).run();
      } catch (Violation violation) {
        found = Optional.of(violation);
      }
    }
    assertThat(found).as("a violation by %s", mutation).isPresent();
  }

  private static OptionalLong seed() {
    String text = System.getProperty("seed", "");
    return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
  }
}
