package io.holdfast.cli;

import picocli.CommandLine.Command;

/** {@code launch}: the table of the ways to start a run on a cluster. */
@Command(
    name = "launch",
    synopsisSubcommandLabel = "slurm|ssh",
    mixinStandardHelpOptions = true,
    header = "Starts a run on the machines of a cluster.",
    footer = {
      "",
      "Examples:",
      "  holdfast launch slurm job.yaml --dir /shared/runs/a --workers 4 --nodes 2",
      "  holdfast launch ssh job.yaml --dir /shared/runs/a --hosts gpu1,gpu2"
    })
final class LaunchCommand {}
