package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The release archive needs a Java runtime and the shell, from wherever it is started. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReleaseArchiveTest {

  /** What the launcher may use besides Java. */
  private static final List<String> TOOLS = List.of("bash", "env", "readlink", "sed", "tput");

  @TempDir static Path directory;

  private UnpackedRelease release;
  private Path tools;

  @BeforeAll
  void unpack() throws Exception {
    release = UnpackedRelease.in(directory);
    tools = Files.createDirectory(directory.resolve("tools"));
    for (String tool : TOOLS) {
      if (Programs.missing(tool).isEmpty()) {
        stand(tools.resolve(tool), Programs.path(tool));
      }
    }
  }

  @Test
  void theExampleRunsWithJavaAloneByALinkFromElsewhereAndTheArchiveStaysAsItWas() throws Exception {
    Map<String, Long> before = files();
    Path link = Files.createSymbolicLink(directory.resolve("hf"), release.launcher());
    Path job = release.home().resolve("examples/mnist/cnn.yaml");
    Holdfast.Result result =
        start("PATH=" + javaFirst(), link, "run", job.toString(), "--set", "steps=2");
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.out()).contains("Saved step 2: COMMITTED");
    assertThat(directory.resolve("runs/mnist-cnn/checkpoint")).isRegularFile();
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void takesJavaFromJavaHome() throws Exception {
    Holdfast.Result result =
        start(
            List.of("PATH=" + tools, "JAVA_HOME=" + System.getProperty("java.home")),
            release.launcher(),
            "--version");
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.out()).startsWith("holdfast ");
  }

  @Test
  void saysWhenThereIsNoJavaOrAnOldOne() throws Exception {
    Holdfast.Result none = start("PATH=" + tools, release.launcher(), "--version");
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err())
        .isEqualTo(
            "holdfast: java: not found (needed: Java 17 or later, on the PATH or by JAVA_HOME)\n");
    Path old = Files.createDirectory(directory.resolve("old"));
    Path java = old.resolve("java");
    script(java, "#!" + Programs.path("bash") + "\necho 'openjdk version \"11.0.2\"' >&2\n");
    Holdfast.Result tooOld = start("PATH=" + old + ":" + tools, release.launcher(), "--version");
    assertThat(tooOld.exitCode()).isEqualTo(2);
    assertThat(tooOld.err())
        .isEqualTo("holdfast: java: " + java + " is version 11.0.2 (needed: 17 or later)\n");
  }

  private String javaFirst() throws IOException {
    Path runtime = Files.createDirectories(directory.resolve("runtime"));
    stand(runtime.resolve("java"), Path.of(System.getProperty("java.home"), "bin/java").toString());
    return runtime + ":" + tools;
  }

  /** Stands for a program of the system in a directory where nothing else is. */
  private static void stand(Path file, String program) throws IOException {
    script(file, "#!" + Programs.path("bash") + "\nexec '" + program + "' \"$@\"\n");
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Holdfast.Result start(String variable, Path launcher, String... arguments)
      throws Exception {
    return start(List.of(variable), launcher, arguments);
  }

  /** Nothing of this process's environment is seen. */
  private static Holdfast.Result start(List<String> variables, Path launcher, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(Programs.path("env"), "-i"));
    command.addAll(variables);
    command.add(launcher.toString());
    command.addAll(List.of(arguments));
    return Holdfast.startProcess(directory, command).await();
  }

  private Map<String, Long> files() throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    try (Stream<Path> all = Files.walk(release.home())) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        sizes.put(release.home().relativize(file).toString(), Files.size(file));
      }
    }
    return sizes;
  }
}
