package io.holdfast.cli;

import io.holdfast.cli.output.Json;
import io.holdfast.storage.archive.ArchiveReader;
import io.holdfast.storage.archive.ArchivedCheckpoint;
import io.holdfast.storage.archive.DamagedArchiveException;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.checkpoint.CheckpointCopy;
import io.holdfast.storage.checkpoint.Prefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unarchive}: a checkpoint out of an archive. */
@Command(
    name = "unarchive",
    mixinStandardHelpOptions = true,
    header = "Brings the checkpoint of an archive into a run directory.",
    description = {
      "Reads the whole archive and checks every checksum before anything is written, then copies and commits as a save",
      "does, and reads back. RUN is made if it does not exist; one that is led, has this step already or belongs to",
      "another job is refused. A damaged archive: exit code 3, and nothing is visible."
    },
    footer = {
      "",
      "JSON keys: file, step, prefix (in the archive), run, prefix2 (in the run), shards, bytes, state (VERIFIED).",
      "",
      "Examples:",
      "  holdfast unarchive best.tar.zst --to runs/b",
      "  holdfast run job.yaml --dir runs/b        goes on from it"
    })
final class UnarchiveCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "FILE", description = "An archive written by `archive`.")
  private String from;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "RUN",
      description = "The run directory that gets the checkpoint.")
  private String to;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  UnarchiveCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    Path file = ArchiveCommand.file("FILE", from);
    if (!Files.isRegularFile(file)) {
      throw CommandFailedException.badInput("FILE: " + from + ": no such file");
    }
    IncomingCheckpoint incoming = new IncomingCheckpoint(RunLocation.parse(to));
    try {
      ArchivedCheckpoint archived = ArchivedCheckpoint.verify(Files.newInputStream(file));
      incoming.requireWelcome(archived.metadata());
      Prefix prefix = archived.metadata().prefix();
      tell(file, prefix, take(incoming, file, prefix));
    } catch (DamagedArchiveException | DamagedCheckpointException e) {
      throw CommandFailedException.damaged(from + ": " + e.getMessage());
    } catch (IOException e) {
      throw CommandFailedException.unreachable(from + " to " + to + ": " + e);
    }
    return ExitCode.DONE.number();
  }

  private static IncomingCheckpoint.Arrived take(
      IncomingCheckpoint incoming, Path file, Prefix prefix)
      throws IOException, DamagedCheckpointException {
    try (ArchiveReader archive = ArchiveReader.open(Files.newInputStream(file))) {
      if (!archive.bundle().files().equals(prefix.files())) {
        throw new IOException("the archive changed while it was read");
      }
      BundleIndex index = archive.bundle().index();
      // As many shard files as it had, but for those that were empty.
      int shards = Math.min(index.shards(), CheckpointCopy.mostShards(index));
      return incoming.take(archive.bundle(), prefix.step(), shards);
    }
  }

  private void tell(Path file, Prefix prefix, IncomingCheckpoint.Arrived arrived) {
    if (json) {
      var node = Json.object().put("file", file.toString()).put("step", prefix.step());
      Json.print(terminal.out(), arrived.addTo(node.put("prefix", prefix.toString()), "run"));
    } else {
      terminal.out().println(prefix + " of " + from + " is now " + arrived.told());
    }
  }
}
