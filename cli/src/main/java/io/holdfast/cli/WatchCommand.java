package io.holdfast.cli;

import io.holdfast.cli.output.Json;
import io.holdfast.proto.v1.StatusReply;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code watch}: the live job, refreshed until it ends. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    header = "Shows the live job until it ends, refreshed twice a second.",
    description = {
      "In place on a terminal; elsewhere a line each time that step, phase or members change.",
      "Finds the coordinator again after it moved. Exit code 0 when the job has ended, however it ended.",
      ""
    },
    footer = {
      "",
      "JSON lines: each change is one JSON document on a line of its own, with the keys status (as in",
      "`status --json`) and workers (as in `workers --json`). With --once: one document.",
      "",
      "Examples:",
      "  holdfast watch --dir runs/mnist-cnn",
      "  holdfast watch --coordinator 127.0.0.1:7000 --json | jq .status.step"
    })
final class WatchCommand implements Callable<Integer> {
  /** With these the job has ended; with any other the coordinator has, and another may come. */
  private static final Set<Integer> OUTCOMES = Set.of(0, 2, 3, 4);

  private static final long LOOK_AGAIN_MILLIS = 500;

  private final Terminal terminal;
  private String shown = "";
  private int drawnLines;

  @Mixin private LiveJob job;

  @Option(names = "--once", description = "Show the present picture, and leave.")
  private boolean once;

  @Option(
      names = "--timeout",
      paramLabel = "SECS",
      defaultValue = "60",
      description =
          "How long to look for a coordinator that is gone; then exit code 4 (default:"
              + " ${DEFAULT-VALUE}).")
  private int timeout;

  @Option(names = "--json", description = "JSON lines instead of text.")
  private boolean json;

  WatchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (timeout < 0) {
      throw CommandFailedException.badInput("--timeout: " + timeout + " (allowed: 0 and more)");
    }
    show(job.status());
    if (!once) {
      follow();
    }
    return ExitCode.DONE.number();
  }

  private void follow() throws InterruptedException {
    long lostAt = System.nanoTime();
    boolean lost = false;
    while (true) {
      String problem;
      try {
        Optional<StatusReply> last = job.watch(this::show);
        if (last.isPresent() && OUTCOMES.contains(last.get().getExitCode())) {
          return;
        }
        problem = last.map(picture -> "it leaves: " + picture.getReason()).orElse("");
      } catch (CommandFailedException unreachable) {
        problem = unreachable.getMessage();
      }
      if (problem.isEmpty()) {
        lost = false;
        continue;
      }
      if (!lost) {
        lost = true;
        lostAt = System.nanoTime();
        tell("The coordinator is gone (" + problem + "); looking for it");
      } else if (System.nanoTime() - lostAt > Duration.ofSeconds(timeout).toNanos()) {
        throw CommandFailedException.unreachable(
            "no coordinator came back in " + timeout + " s: " + problem);
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
    }
  }

  private void show(StatusReply picture) {
    if (terminal.interactive() && !json) {
      draw(LivePicture.lines(picture));
      return;
    }
    String line = LivePicture.line(picture);
    if (line.equals(shown)) {
      return;
    }
    shown = line;
    if (!json) {
      terminal.out().println(line);
    } else if (once) {
      Json.print(terminal.out(), LiveDocuments.picture(picture));
    } else {
      Json.printLine(terminal.out(), LiveDocuments.picture(picture));
    }
  }

  /** Over the picture before. A line that wraps could not be drawn over. */
  private void draw(List<String> lines) {
    StringBuilder frame = new StringBuilder();
    if (drawnLines > 0) {
      frame.append("\u001b[").append(drawnLines).append("A\r\u001b[J");
    }
    int columns = terminal.columns() - 1;
    lines.forEach(
        line ->
            frame.append(line.length() > columns ? line.substring(0, columns) : line).append('\n'));
    terminal.out().print(frame);
    terminal.out().flush();
    drawnLines = lines.size();
  }

  private void tell(String line) {
    drawnLines = 0;
    terminal.err().println("holdfast: " + line);
  }
}
