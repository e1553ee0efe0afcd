package io.holdfast.integration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** One thread of another process, stopped by ptrace(2) while the others go on. */
final class StoppedThread implements AutoCloseable {

  /** Attaches, says so, and stays until the thread has died: a tracer has to reap its thread. */
  private static final String TRACER =
      """
      import ctypes, os, sys
      libc = ctypes.CDLL(None, use_errno=True)
      attach, all_threads, tid = 16, 0x40000000, int(sys.argv[1])
      if libc.ptrace(attach, tid, None, None) != 0:
          sys.exit("ptrace: " + os.strerror(ctypes.get_errno()))
      os.waitpid(tid, all_threads)
      print("stopped", flush=True)
      os.waitpid(tid, all_threads)
      """;

  private final Process tracer;

  private StoppedThread(Process tracer) {
    this.tracer = tracer;
  }

  /** Why no thread can be stopped here; empty if one can. */
  static String obstacle() {
    return Programs.missing("python3").map(name -> name + ": not found").orElse("");
  }

  static StoppedThread of(long pid, String threadName) throws IOException {
    Process tracer =
        new ProcessBuilder(
                Programs.path("python3"), "-c", TRACER, String.valueOf(tid(pid, threadName)))
            .redirectErrorStream(true)
            .start();
    String said =
        new String(tracer.getInputStream().readNBytes("stopped".length()), StandardCharsets.UTF_8);
    if (!said.equals("stopped")) {
      throw new IOException(
          said + new String(tracer.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }
    return new StoppedThread(tracer);
  }

  private static long tid(long pid, String name) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : (Iterable<Path>) threads::iterator) {
        if (Files.readString(thread.resolve("comm")).strip().equals(name)) {
          return Long.parseLong(thread.getFileName().toString());
        }
      }
    }
    throw new AssertionError("process " + pid + " has no thread " + name);
  }

  @Override
  public void close() {
    tracer.destroyForcibly();
  }
}
