package io.holdfast.cli;

import io.holdfast.storage.checkpoint.Pins;
import io.holdfast.storage.checkpoint.Pins.PinOutcome;
import io.holdfast.storage.checkpoint.Prefix;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pin}: keeps a checkpoint from retention. */
@Command(
    name = "pin",
    mixinStandardHelpOptions = true,
    header = "Keeps a checkpoint whatever the job's retention says, until it is unpinned.",
    description =
        "Works with and without a coordinator. Once this says that it is pinned, retention leaves it alone.",
    footer = {
      "",
      "Examples:",
      "  holdfast pin runs/mnist-cnn 900",
      "  holdfast pin runs/mnist-cnn best"
    })
final class PinCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "RUN", description = "The run directory.")
  private String run;

  @Parameters(index = "1", paramLabel = "STEP", description = "A step number, latest or best.")
  private String step;

  PinCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    StoredRun stored = StoredRun.open(run);
    Prefix prefix = stored.find(step);
    PinOutcome outcome = stored.change(() -> new Pins(stored.directory()).pin(prefix));
    if (outcome == PinOutcome.GONE) {
      throw CommandFailedException.badInput(
          "STEP: " + step + ": retention is removing " + prefix + " (allowed: another step)");
    }
    String already = outcome == PinOutcome.ALREADY ? " already" : "";
    terminal.out().println("Step " + prefix.step() + " is pinned" + already + ": " + prefix);
    return ExitCode.DONE.number();
  }
}
