package io.holdfast.cli;

import io.holdfast.cli.output.Json;
import io.holdfast.cli.output.Text;
import io.holdfast.storage.archive.ArchiveWriter;
import io.holdfast.storage.archive.ArchivedCheckpoint;
import io.holdfast.storage.archive.DamagedArchiveException;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.StoredCheckpoint;
import io.holdfast.storage.checkpoint.VerificationReport;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code archive}: a checkpoint as one compressed file. */
@Command(
    name = "archive",
    mixinStandardHelpOptions = true,
    header = "Writes a checkpoint into one compressed file, and reads that back.",
    description = {
      "The file is a tar archive compressed with Zstandard: unpacked by `tar --zstd -xf`, it is a checkpoint that",
      "TensorFlow reads; `unarchive` brings it into a run. It gets its name once it is whole and was read back."
    },
    footer = {
      "",
      "JSON keys: run, step, prefix, file, bytes (of the file), checkpoint_bytes.",
      "",
      "Examples:",
      "  holdfast archive runs/a best --to best.tar.zst",
      "  holdfast archive runs/a 900 --to /backup/a-900.tar.zst --overwrite"
    })
final class ArchiveCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ArchiveCommand.class);

  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "RUN", description = "The run directory.")
  private String run;

  @Parameters(index = "1", paramLabel = "STEP", description = "A step number, latest or best.")
  private String step;

  @Option(names = "--to", required = true, paramLabel = "FILE", description = "The file to write.")
  private String to;

  @Option(names = "--overwrite", description = "Replace FILE if it exists.")
  private boolean overwrite;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  ArchiveCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Path file = file("--to", to);
    requireFree(file);
    StoredRun stored = StoredRun.open(run);
    StoredCheckpoint checkpoint = checkpoint(stored);
    Path temporary =
        file.resolveSibling("." + file.getFileName() + ".part-" + ProcessHandle.current().pid());
    // An interrupt leaves nothing behind, unless it is kill -9.
    temporary.toFile().deleteOnExit();
    try {
      write(stored, checkpoint, temporary);
      readBack(stored, checkpoint.prefix(), temporary);
      publish(temporary, file);
      tell(stored, checkpoint, file);
    } catch (IOException e) {
      throw CommandFailedException.unreachable(to + ": cannot be written: " + e);
    } finally {
      remove(temporary);
    }
    return ExitCode.DONE.number();
  }

  /** A file of this machine that the user names. */
  static Path file(String option, String given) {
    try {
      Path file = Path.of(given).toAbsolutePath().normalize();
      if (given.isEmpty() || file.getFileName() == null) {
        throw new InvalidPathException(given, "is no file name");
      }
      return file;
    } catch (InvalidPathException e) {
      throw CommandFailedException.badInput(option + ": " + given + ": " + e.getReason());
    }
  }

  private void requireFree(Path file) {
    if (Files.isDirectory(file) || (Files.exists(file) && !overwrite)) {
      throw CommandFailedException.badInput(
          "--to: " + to + ": exists (allowed: another name, or a file with --overwrite)");
    }
    if (!Files.isDirectory(file.getParent())) {
      throw CommandFailedException.badInput("--to: " + to + ": its directory does not exist");
    }
  }

  private StoredCheckpoint checkpoint(StoredRun stored) {
    Prefix prefix = stored.find(step);
    Optional<StoredCheckpoint> found = stored.read(() -> stored.directory().list().find(prefix));
    return found.orElseThrow(
        () -> CommandFailedException.unreachable(prefix + ": went while it was read"));
  }

  private void write(StoredRun stored, StoredCheckpoint checkpoint, Path file) throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        // Closing the archive would close the file before it is synced.
        OutputStream out = new UnclosedStream(Channels.newOutputStream(channel))) {
      stored.read(
          checkpoint.prefix(),
          reader -> {
            pack(stored, checkpoint, reader.index(), out);
            return file;
          });
      channel.force(true);
    }
  }

  private void pack(
      StoredRun stored, StoredCheckpoint checkpoint, BundleIndex index, OutputStream out)
      throws DamagedCheckpointException {
    try {
      ArchiveWriter.write(stored.directory().store(), checkpoint, index, out);
    } catch (IOException e) {
      throw CommandFailedException.unreachable(run + " to " + to + ": not copied: " + e);
    }
  }

  private void readBack(StoredRun stored, Prefix prefix, Path file) throws IOException {
    try {
      ArchivedCheckpoint.verify(Files.newInputStream(file));
    } catch (DamagedArchiveException | DamagedCheckpointException e) {
      VerificationReport report = stored.read(() -> stored.directory().verify(prefix));
      String culprit =
          report.isDamaged()
              ? stored.file(report.damage().get(0).file()) + ": " + report.damage().get(0).problem()
              : to + ": what was written is not what is read: " + e.getMessage();
      throw CommandFailedException.damaged(culprit);
    }
  }

  private static void remove(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      LOG.warn("{} stays behind: {}", temporary, e.toString());
    }
  }

  private void publish(Path temporary, Path file) throws IOException {
    if (overwrite) {
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } else {
      link(temporary, file);
    }
    try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /** A link refuses a name that was taken meanwhile. */
  private void link(Path temporary, Path file) throws IOException {
    try {
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException e) {
      throw CommandFailedException.badInput("--to: " + to + ": exists since just now");
    }
  }

  private void tell(StoredRun stored, StoredCheckpoint checkpoint, Path file) throws IOException {
    Prefix prefix = checkpoint.prefix();
    long bytes = Files.size(file);
    if (json) {
      var node = Json.object().put("run", stored.uri()).put("step", prefix.step());
      node.put("prefix", prefix.toString()).put("file", file.toString()).put("bytes", bytes);
      Json.print(terminal.out(), node.put("checkpoint_bytes", checkpoint.bytes()));
      return;
    }
    terminal
        .out()
        .println(
            "%s is in %s: verified, %s of %s"
                .formatted(prefix, to, Text.bytes(bytes), Text.bytes(checkpoint.bytes())));
  }
}
