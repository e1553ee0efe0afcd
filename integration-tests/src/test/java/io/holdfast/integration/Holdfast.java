package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starts the program of the release directory, as users do. */
final class Holdfast {
  static final Path PROJECT = Path.of(System.getProperty("holdfast.project"));
  static final Path LAUNCHER =
      Path.of(System.getProperty("holdfast.release"), "bin", "holdfast")
          .toAbsolutePath()
          .normalize();

  private static final Duration DEADLINE = Duration.ofMinutes(4);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Holdfast() {}

  /** How a command ended. */
  record Result(int exitCode, String out, String err) {

    /** Everything it printed, for messages. */
    String all() {
      return "exit code " + exitCode + "\n" + out + err;
    }

    JsonNode json() {
      try {
        return MAPPER.readTree(out);
      } catch (IOException e) {
        throw new AssertionError("not one JSON document: " + all(), e);
      }
    }
  }

  /** A command on its way; its output goes to files beside {@code directory}. */
  record Running(Process process, Path out, Path err) {

    Result await() throws IOException, InterruptedException {
      if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(
            "still running after "
                + DEADLINE
                + ": "
                + Files.readString(out)
                + Files.readString(err));
      }
      return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Kills it with all that it started, and returns when nothing of it is left. */
    void kill() throws Exception {
      List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
      all.add(process.toHandle());
      all.forEach(ProcessHandle::destroyForcibly);
      Await.until(
          DEADLINE,
          () -> "still alive: " + all,
          () -> all.stream().noneMatch(ProcessHandle::isAlive));
    }

    List<ProcessHandle> children(String role) {
      return process
          .descendants()
          .filter(child -> commandLine(child).contains("holdfast " + role + " "))
          .toList();
    }
  }

  /** Runs a command to its end. */
  static Result run(Path directory, String... arguments) throws IOException, InterruptedException {
    return start(directory, arguments).await();
  }

  /** Starts a command in a directory. */
  static Running start(Path directory, String... arguments) throws IOException {
    return start(directory, Map.of(), arguments);
  }

  /** Starts a command in a directory, with variables besides those of this process. */
  static Running start(Path directory, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
    command.addAll(List.of(arguments));
    return startProcess(directory, environment, command);
  }

  /** Starts any program in a directory. */
  static Running startProcess(Path directory, List<String> command) throws IOException {
    return startProcess(directory, Map.of(), command);
  }

  private static Running startProcess(
      Path directory, Map<String, String> environment, List<String> command) throws IOException {
    Path out = Files.createTempFile(directory, "command", ".out");
    Path err = Files.createTempFile(directory, "command", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    return new Running(builder.start(), out, err);
  }

  /** The {@code digest} of a step. */
  static String digest(Path directory, Path run, long step)
      throws IOException, InterruptedException {
    Result shown = run(directory, "show", run.toString(), Long.toString(step), "--json");
    assertThat(shown.exitCode()).as(shown.all()).isZero();
    return shown.json().get("digest").asText();
  }

  static String commandLine(ProcessHandle process) {
    try {
      Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).replace('\0', ' ');
    } catch (IOException gone) {
      return "";
    }
  }
}
