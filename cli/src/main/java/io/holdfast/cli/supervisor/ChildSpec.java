package io.holdfast.cli.supervisor;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A child to keep running.
 *
 * @param name for people, such as {@code worker 1}
 * @param place where its process runs
 * @param command the program and its arguments, asked for anew at each start with how the one
 *     before ended
 */
public record ChildSpec(String name, Place place, Function<Optional<Death>, List<String>> command) {

  /** Where a child runs, which decides how it is told to leave and what its end means. */
  public enum Place {
    /** This machine. */
    HERE,
    /** Another one, by an OpenSSH client that runs here. */
    OVER_SSH
  }
}
