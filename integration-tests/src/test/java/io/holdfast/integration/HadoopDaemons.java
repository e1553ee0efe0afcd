package io.holdfast.integration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Hadoop's own programs on the loopback address, each a process with a configuration of its own,
 * that can be killed, frozen and started again.
 */
final class HadoopDaemons {
  static final String NAME_NODE = "org.apache.hadoop.hdfs.server.namenode.NameNode";
  static final String DATA_NODE = "org.apache.hadoop.hdfs.server.datanode.DataNode";

  static final Duration DEADLINE = Duration.ofSeconds(90);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path directory;
  private final List<String> options;
  private final Map<String, Process> processes = new HashMap<>();

  /**
   * @param directory for configurations and logs
   * @param options of all their JVMs
   */
  HadoopDaemons(Path directory, String... options) {
    this.directory = directory;
    this.options = List.of(options);
  }

  Path directory() {
    return directory;
  }

  static String freeAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }

  /** Writes what a program finds in its configuration directory. */
  void configure(String daemon, Map<String, String> core, Map<String, String> hdfs)
      throws IOException {
    Path conf = Files.createDirectories(directory.resolve(daemon));
    HadoopConf.write(conf.resolve("core-site.xml"), core);
    HadoopConf.write(conf.resolve("hdfs-site.xml"), hdfs);
    Files.writeString(conf.resolve("logback.xml"), Daemon.LOGBACK);
  }

  /** Starts a program that stays. */
  void start(String daemon, String mainClass, String... arguments) throws IOException {
    processes.put(daemon, launch(daemon, mainClass, arguments));
  }

  /** Runs a program to its end, which must be a good one. */
  void run(String daemon, String mainClass, String... arguments) throws Exception {
    if (launch(daemon, mainClass, arguments).waitFor() != 0) {
      throw new AssertionError(daemon + " failed: " + log(daemon));
    }
  }

  private Process launch(String daemon, String mainClass, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.net.preferIPv4Stack=true"));
    command.addAll(options);
    command.addAll(List.of("-cp", classpath(daemon), Daemon.class.getName(), mainClass));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(directory.resolve(daemon + ".log").toFile()))
        .start();
  }

  private String classpath(String daemon) {
    Path jars = Path.of(System.getProperty("holdfast.hadoop"));
    return String.join(
        System.getProperty("path.separator"),
        directory.resolve(daemon).toString(),
        jars + "/*",
        jars.resolveSibling("test-classes").toString());
  }

  /** kill -9; returns when it is gone. */
  void kill(String daemon) throws InterruptedException {
    processes.remove(daemon).destroyForcibly().waitFor();
  }

  void killAll() throws InterruptedException {
    for (String daemon : List.copyOf(processes.keySet())) {
      kill(daemon);
    }
  }

  void signal(String name, String daemon) throws Exception {
    String pid = Long.toString(processes.get(daemon).pid());
    new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor();
  }

  /** Fails if one has died by itself. */
  void requireAlive() {
    processes.forEach(
        (daemon, process) -> {
          if (!process.isAlive()) {
            throw new AssertionError(daemon + " died: " + log(daemon));
          }
        });
  }

  String log(String daemon) {
    try {
      return Files.readString(directory.resolve(daemon + ".log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Waits until a NameNode is active, takes writes and counts so many DataNodes. */
  void awaitDataNodes(String nameNode, String httpAddress, int dataNodes) throws Exception {
    Await.until(
        DEADLINE,
        () -> "not all DataNodes: " + log(nameNode),
        () -> {
          requireAlive();
          JsonNode state = bean(httpAddress, "FSNamesystemState");
          return state.path("NumLiveDataNodes").asInt() == dataNodes
              && "Operational".equals(state.path("FSState").asText())
              && "active".equals(bean(httpAddress, "NameNodeStatus").path("State").asText());
        });
  }

  /** What a NameNode says of itself by HTTP; empty while it starts. */
  static JsonNode bean(String httpAddress, String name) {
    URI uri = URI.create("http://" + httpAddress + "/jmx?qry=Hadoop:service=NameNode,name=" + name);
    try (java.io.InputStream in = uri.toURL().openStream()) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return MAPPER.readTree(text).path("beans").path(0);
    } catch (IOException starting) {
      return MAPPER.missingNode();
    }
  }
}
