package io.holdfast.cli;

import picocli.CommandLine.Command;

/** The root of the command table. */
@Command(
    name = "holdfast",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    header = "Trains neural networks on JVMs and loses nothing when machines fail.",
    description = {
      "",
      "RUN is a run directory as a path or URI: runs/mnist, file:/data/runs/mnist.",
      "STEP is a step number, latest or best.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  holdfast run examples/mnist/cnn.yaml",
      "  holdfast steps runs/mnist-cnn",
      "  holdfast verify runs/mnist-cnn --all",
      "",
      "Exit codes: 0 done; 1 diff found differences; 2 bad usage or bad input; 3 damage found; 4 unreachable or timed out;",
      "70 a bug; 130 interrupted.",
      "`holdfast COMMAND --help` has the options of a command and examples."
    })
final class HoldfastCommand {}
