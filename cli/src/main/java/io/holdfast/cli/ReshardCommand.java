package io.holdfast.cli;

import io.holdfast.cli.output.Json;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.checkpoint.CheckpointCopy;
import io.holdfast.storage.checkpoint.CheckpointMetadata;
import io.holdfast.storage.checkpoint.Prefix;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code reshard}: the same checkpoint in another number of shard files. */
@Command(
    name = "reshard",
    mixinStandardHelpOptions = true,
    header = "Copies a checkpoint into another run directory, in another number of shard files.",
    description = {
      "The digest stays the same; TensorFlow reads the copy, and `run JOB --dir RUN2` goes on from it. RUN2 is made if it",
      "does not exist; one that is led, has this step already or belongs to another job is refused. Checksums are",
      "checked on the way and the copy is read back; interrupted, it never was."
    },
    footer = {
      "",
      "JSON keys: run, step, prefix, run2, prefix2, shards, bytes, state (VERIFIED).",
      "",
      "Examples:",
      "  holdfast reshard runs/a latest --to runs/b --shards 8",
      "  holdfast reshard runs/a 900 --to runs/b --shards 1 --json"
    })
final class ReshardCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "RUN", description = "The run directory.")
  private String run;

  @Parameters(index = "1", paramLabel = "STEP", description = "A step number, latest or best.")
  private String step;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "RUN2",
      description = "The run directory that gets the copy.")
  private String to;

  @Option(
      names = "--shards",
      required = true,
      paramLabel = "N",
      description = "Number of shard files; the first has what is said about the variables.")
  private int shards;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  ReshardCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    RunLocation target = RunLocation.parse(to);
    StoredRun stored = StoredRun.open(run);
    Prefix prefix = stored.find(step);
    requireShards(stored.read(prefix, reader -> CheckpointCopy.mostShards(reader.index())));
    IncomingCheckpoint incoming = new IncomingCheckpoint(target);
    requireWelcome(incoming, stored.read(prefix, CheckpointMetadata::read), target);
    IncomingCheckpoint.Arrived arrived =
        stored.read(prefix, reader -> take(incoming, reader, prefix));
    tell(stored, prefix, arrived);
    return ExitCode.DONE.number();
  }

  private void requireShards(int most) {
    if (shards < 1 || shards > most) {
      throw CommandFailedException.badInput(
          "--shards: "
              + shards
              + ": cannot be (allowed: 1 to "
              + most
              + ", as the checkpoint has so many slices)");
    }
  }

  /** Failures to read the target are told as its own. */
  private static void requireWelcome(
      IncomingCheckpoint incoming, CheckpointMetadata metadata, RunLocation target)
      throws InterruptedException {
    try {
      incoming.requireWelcome(metadata);
    } catch (IOException e) {
      throw CommandFailedException.unreachable(target.given() + ": cannot be read: " + e);
    }
  }

  private IncomingCheckpoint.Arrived take(
      IncomingCheckpoint incoming, BundleReader reader, Prefix prefix)
      throws DamagedCheckpointException {
    try {
      return incoming.take(reader, prefix.step(), shards);
    } catch (IOException e) {
      throw CommandFailedException.unreachable(run + " to " + to + ": not copied: " + e);
    }
  }

  private void tell(StoredRun stored, Prefix prefix, IncomingCheckpoint.Arrived arrived) {
    if (json) {
      var node = Json.object().put("run", stored.uri()).put("step", prefix.step());
      Json.print(terminal.out(), arrived.addTo(node.put("prefix", prefix.toString()), "run2"));
    } else {
      terminal.out().println(prefix + " is now also " + arrived.told());
    }
  }
}
