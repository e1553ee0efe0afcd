package io.holdfast.benchmarks.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel counts of a process in {@code /proc/PID/io}.
 *
 * @param read bytes by read and its like, from wherever they came
 * @param written bytes by write and its like, wherever they went
 * @param fetched bytes that had to be fetched from a disk
 */
record ProcessIo(long read, long written, long fetched) {

  static ProcessIo ofThisProcess() throws IOException {
    return parse(Files.readString(Path.of("/proc/self/io")));
  }

  static ProcessIo parse(String text) {
    return new ProcessIo(field(text, "rchar"), field(text, "wchar"), field(text, "read_bytes"));
  }

  private static long field(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name + ": "))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 2)))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no " + name + " in " + text));
  }

  /** What was counted since. */
  ProcessIo since(ProcessIo before) {
    return new ProcessIo(read - before.read, written - before.written, fetched - before.fetched);
  }
}
