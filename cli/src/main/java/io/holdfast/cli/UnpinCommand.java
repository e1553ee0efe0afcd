package io.holdfast.cli;

import io.holdfast.storage.checkpoint.Pins;
import io.holdfast.storage.checkpoint.Prefix;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code unpin}: leaves a pinned checkpoint to retention again. */
@Command(
    name = "unpin",
    mixinStandardHelpOptions = true,
    header = "Leaves a pinned checkpoint to the job's retention again. Deletes nothing by itself.",
    footer = {"", "Examples:", "  holdfast unpin runs/mnist-cnn 900"})
final class UnpinCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "RUN", description = "The run directory.")
  private String run;

  @Parameters(index = "1", paramLabel = "STEP", description = "A step number, latest or best.")
  private String step;

  UnpinCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    StoredRun stored = StoredRun.open(run);
    Prefix prefix = stored.find(step);
    boolean was = stored.change(() -> new Pins(stored.directory()).unpin(prefix));
    String state = was ? " is no longer pinned: " : " was not pinned: ";
    terminal.out().println("Step " + prefix.step() + state + prefix);
    return ExitCode.DONE.number();
  }
}
