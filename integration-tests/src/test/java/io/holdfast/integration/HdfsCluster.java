package io.holdfast.integration;

import java.io.IOException;
import java.io.InputStream;
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
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.DatanodeReportType;

/**
 * A real NameNode and three DataNodes on the loopback address, each a process that can be killed,
 * frozen and started again. One for all tests of this JVM; its clients find their settings in
 * HADOOP_CONF_DIR, which the build points at {@code target/hadoop-conf}.
 */
final class HdfsCluster {
  static final int DATA_NODES = 3;

  private static final Duration DEADLINE = Duration.ofSeconds(90);
  private static final String SERVER = "org.apache.hadoop.hdfs.server.";

  /**
   * What clients and DataNodes share: a frozen DataNode must be noticed by its neighbours first.
   */
  private static final Map<String, String> SOCKETS =
      Map.of("dfs.client.socket-timeout", "3000", "dfs.datanode.socket.write.timeout", "3000");

  private static HdfsCluster shared;

  private final Path directory;
  private final String address;
  private final Map<String, Process> processes = new HashMap<>();

  private HdfsCluster(Path directory, String address) {
    this.directory = directory;
    this.address = address;
  }

  /** The cluster, up and with all its DataNodes. */
  static synchronized HdfsCluster shared() throws Exception {
    if (shared == null) {
      Path directory = Files.createTempDirectory(HadoopConf.DIRECTORY.getParent(), "hdfs");
      HdfsCluster cluster = new HdfsCluster(directory, "127.0.0.1:" + freePort());
      cluster.start();
      shared = cluster;
    }
    return shared;
  }

  private void start() throws Exception {
    Map<String, String> client = new TreeMap<>(SOCKETS);
    client.put("dfs.blocksize", "1048576");
    client.put("dfs.replication", "3");
    client.put("dfs.client.retry.window.base", "100");
    HadoopConf.set("hdfs-site.xml", client);
    HadoopConf.set("core-site.xml", Map.of("fs.defaultFS", uri("").toString()));
    HadoopConf.write(conf("namenode").resolve("hdfs-site.xml"), nameNodeSettings());
    for (int i = 1; i <= DATA_NODES; i++) {
      HadoopConf.write(conf("datanode-" + i).resolve("hdfs-site.xml"), dataNodeSettings(i));
    }
    Process format =
        launch("namenode", "namenode.NameNode", "-format", "-force", "-nonInteractive");
    if (format.waitFor() != 0) {
      throw new AssertionError("no format: " + log("namenode"));
    }
    startNameNode();
    for (int i = 1; i <= DATA_NODES; i++) {
      startDataNode(i);
    }
    awaitDataNodes();
  }

  private Map<String, String> nameNodeSettings() throws IOException {
    return Map.of(
        "dfs.namenode.name.dir", directory.resolve("name").toUri().toString(),
        "dfs.namenode.http-address", "127.0.0.1:" + freePort(),
        "dfs.namenode.safemode.extension", "0",
        "dfs.namenode.heartbeat.recheck-interval", "1000",
        "dfs.namenode.reconstruction.pending.timeout-sec", "5",
        "dfs.heartbeat.interval", "1");
  }

  private Map<String, String> dataNodeSettings(int number) throws IOException {
    Map<String, String> settings = new TreeMap<>(SOCKETS);
    settings.put("dfs.datanode.data.dir", directory.resolve("data-" + number).toUri().toString());
    settings.put("dfs.datanode.address", "127.0.0.1:" + freePort());
    settings.put("dfs.datanode.http.address", "127.0.0.1:" + freePort());
    settings.put("dfs.datanode.ipc.address", "127.0.0.1:" + freePort());
    settings.put("dfs.datanode.hostname", "127.0.0.1");
    settings.put("dfs.heartbeat.interval", "1");
    return settings;
  }

  private Path conf(String daemon) throws IOException {
    Path conf = Files.createDirectories(directory.resolve(daemon));
    HadoopConf.write(conf.resolve("core-site.xml"), Map.of("fs.defaultFS", uri("").toString()));
    Files.writeString(conf.resolve("logback.xml"), Daemon.LOGBACK);
    return conf;
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
                "-Djava.net.preferIPv4Stack=true",
                "-cp",
                classpath(daemon),
                Daemon.class.getName(),
                SERVER + mainClass));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(directory.resolve(daemon + ".log").toFile()))
        .start();
  }

  private String classpath(String daemon) throws IOException {
    return String.join(
        System.getProperty("path.separator"),
        conf(daemon).toString(),
        Path.of(System.getProperty("holdfast.hadoop")) + "/*",
        Path.of(System.getProperty("holdfast.hadoop")).resolveSibling("test-classes").toString());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** A location on this file system. */
  URI uri(String path) {
    return URI.create("hdfs://" + address + path);
  }

  /** A client of the test's own, which tries each call once. */
  DistributedFileSystem client() throws IOException {
    Configuration configuration = new HdfsConfiguration();
    configuration.addResource(
        new org.apache.hadoop.fs.Path(HadoopConf.DIRECTORY.resolve("hdfs-site.xml").toUri()));
    return (DistributedFileSystem) FileSystem.newInstance(uri("/"), configuration);
  }

  void startNameNode() throws IOException {
    processes.put("namenode", launch("namenode", "namenode.NameNode"));
  }

  void startDataNode(int number) throws IOException {
    String name = "datanode-" + number;
    processes.put(name, launch(name, "datanode.DataNode"));
  }

  /** kill -9; returns when it is gone. */
  void kill(String daemon) throws InterruptedException {
    Process process = processes.get(daemon);
    process.destroyForcibly().waitFor();
  }

  void freeze(String daemon) throws Exception {
    signal("STOP", daemon);
  }

  void thaw(String daemon) throws Exception {
    signal("CONT", daemon);
  }

  private void signal(String name, String daemon) throws Exception {
    String pid = Long.toString(processes.get(daemon).pid());
    new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor();
  }

  /** Returns once the NameNode takes writes and counts all DataNodes. */
  void awaitDataNodes() throws Exception {
    try (DistributedFileSystem client = client()) {
      Await.until(DEADLINE, () -> "not all DataNodes: " + log("namenode"), () -> isUp(client));
    }
  }

  private boolean isUp(DistributedFileSystem client) {
    processes.forEach(
        (daemon, process) -> {
          if (!process.isAlive()) {
            throw new AssertionError(daemon + " died: " + log(daemon));
          }
        });
    try {
      return !client.isInSafeMode()
          && client.getDataNodeStats(DatanodeReportType.LIVE).length == DATA_NODES;
    } catch (IOException starting) {
      return false;
    }
  }

  private String log(String daemon) {
    try (InputStream in = Files.newInputStream(directory.resolve(daemon + ".log"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
