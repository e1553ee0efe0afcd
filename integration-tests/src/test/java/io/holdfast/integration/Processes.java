package io.holdfast.integration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Processes found by what /proc tells of them; for those that are nobody's children. */
final class Processes {
  private Processes() {}

  /** All that are alive and fit. */
  static List<ProcessHandle> which(Predicate<ProcessHandle> fits) {
    return ProcessHandle.allProcesses().filter(fits).toList();
  }

  /** Whether a variable of the environment that it was started with has this value. */
  static boolean hasVariable(ProcessHandle process, String name, String value) {
    return ("\0" + read(process, "environ")).contains("\0" + name + "=" + value + "\0");
  }

  /** Whether it has this file open. */
  static boolean hasOpen(ProcessHandle process, Path file) {
    try (Stream<Path> open = Files.list(Path.of("/proc", "" + process.pid(), "fd"))) {
      return open.anyMatch(entry -> isLinkTo(entry, file));
    } catch (IOException gone) {
      return false;
    }
  }

  static void killAll(List<ProcessHandle> processes) {
    processes.forEach(ProcessHandle::destroyForcibly);
  }

  private static boolean isLinkTo(Path entry, Path file) {
    try {
      return Files.readSymbolicLink(entry).equals(file);
    } catch (IOException closed) {
      return false;
    }
  }

  private static String read(ProcessHandle process, String what) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc", "" + process.pid(), what));
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException gone) {
      return "";
    }
  }
}
