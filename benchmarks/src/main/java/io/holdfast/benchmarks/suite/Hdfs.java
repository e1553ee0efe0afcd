package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.DatanodeReportType;

/**
 * A real NameNode and DataNodes as processes on the loopback address, one DataNode for each copy of
 * a block, with their data on the disk that is measured; and the programs that use them.
 */
final class Hdfs implements AutoCloseable {
  private static final String SERVER = "org.apache.hadoop.hdfs.server.";
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final long POLL_MILLIS = 100;

  /** As the launcher starts workers. */
  private static final List<String> WORKER =
      List.of("-XX:+UseSerialGC", "-Xms256m", "-Xmx2g", "-XX:MaxNewSize=128m");

  private static final String QUIET =
      """
      <configuration>
        <statusListener class="ch.qos.logback.core.status.NopStatusListener"/>
        <appender name="err" class="ch.qos.logback.core.ConsoleAppender">
          <target>System.err</target>
          <encoder><pattern>%level %logger{0}: %msg%n</pattern></encoder>
        </appender>
        <root level="ERROR"><appender-ref ref="err"/></root>
      </configuration>
      """;

  private final Path directory;
  private final int replication;
  private final boolean syncOnClose;
  private final String address = freeAddress();
  private final List<Process> servers = new ArrayList<>();

  private Hdfs(Path directory, int replication, boolean syncOnClose) throws IOException {
    this.directory = directory;
    this.replication = replication;
    this.syncOnClose = syncOnClose;
  }

  /**
   * Starts it.
   *
   * @param replication copies of each block, and DataNodes
   * @param syncOnClose whether DataNodes sync the blocks of a file that is closed
   */
  static Hdfs start(Bench bench, int replication, boolean syncOnClose)
      throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory(bench.scratch(), "hdfs");
    Hdfs hdfs = new Hdfs(directory, replication, syncOnClose);
    try {
      hdfs.startAll();
      return hdfs;
    } catch (IOException | InterruptedException e) {
      hdfs.close();
      throw e;
    }
  }

  private void startAll() throws IOException, InterruptedException {
    configure("client", Map.of());
    configure(
        "namenode",
        Map.of(
            "dfs.namenode.name.dir", directory.resolve("name").toUri().toString(),
            "dfs.namenode.http-address", freeAddress(),
            "dfs.namenode.safemode.extension", "0"));
    Disk.run(
        command(
                "namenode",
                List.of(),
                SERVER + "namenode.NameNode",
                "-format",
                "-force",
                "-nonInteractive")
            .toArray(new String[0]));
    startServer("namenode", "namenode.NameNode");
    for (int i = 1; i <= replication; i++) {
      configure("datanode-" + i, dataNode(i));
      startServer("datanode-" + i, "datanode.DataNode");
    }
    awaitDataNodes();
  }

  private Map<String, String> dataNode(int number) throws IOException {
    return Map.of(
        "dfs.datanode.data.dir", directory.resolve("data-" + number).toUri().toString(),
        "dfs.datanode.address", freeAddress(),
        "dfs.datanode.http.address", freeAddress(),
        "dfs.datanode.ipc.address", freeAddress(),
        "dfs.datanode.hostname", "127.0.0.1",
        "dfs.datanode.synconclose", Boolean.toString(syncOnClose),
        "dfs.heartbeat.interval", "1");
  }

  private void configure(String program, Map<String, String> settings) throws IOException {
    Path conf = Files.createDirectories(conf(program));
    Configuration core = new Configuration(false);
    core.set("fs.defaultFS", uri("").toString());
    Configuration hdfs = new Configuration(false);
    hdfs.set("dfs.replication", Integer.toString(replication));
    settings.forEach(hdfs::set);
    try (OutputStream coreFile = Files.newOutputStream(conf.resolve("core-site.xml"));
        OutputStream hdfsFile = Files.newOutputStream(conf.resolve("hdfs-site.xml"))) {
      core.writeXml(coreFile);
      hdfs.writeXml(hdfsFile);
    }
    Files.writeString(conf.resolve("logback.xml"), QUIET);
  }

  private Path conf(String program) {
    return directory.resolve(program);
  }

  private void startServer(String program, String mainClass) throws IOException {
    List<String> command =
        command(
            program,
            List.of("-Xmx512m", "-XX:+UseSerialGC"),
            ServerProgram.class.getName(),
            SERVER + mainClass);
    servers.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(program + ".log").toFile())
            .start());
  }

  private List<String> command(String program, List<String> options, String... mainAndArguments) {
    List<String> command =
        new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
    command.addAll(options);
    command.addAll(List.of("-cp", classpath(program)));
    command.addAll(List.of(mainAndArguments));
    return command;
  }

  /** The configuration first; the servers' jar is on nobody else's class path. */
  private String classpath(String program) {
    return String.join(
        File.pathSeparator,
        conf(program).toString(),
        System.getProperty("java.class.path"),
        Path.of(System.getProperty("holdfast.hadoop")) + "/*");
  }

  private static String freeAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }

  URI uri(String path) {
    return URI.create("hdfs://" + address + path);
  }

  private void awaitDataNodes() throws IOException, InterruptedException {
    long end = System.nanoTime() + DEADLINE.toNanos();
    try (DistributedFileSystem client =
        (DistributedFileSystem) FileSystem.newInstance(uri("/"), new HdfsConfiguration())) {
      while (!isUp(client)) {
        if (System.nanoTime() - end > 0 || servers.stream().anyMatch(p -> !p.isAlive())) {
          throw new IOException("HDFS does not start: see the logs in " + directory + log());
        }
        Thread.sleep(POLL_MILLIS);
      }
    }
  }

  private boolean isUp(DistributedFileSystem client) {
    try {
      return !client.isInSafeMode()
          && client.getDataNodeStats(DatanodeReportType.LIVE).length == replication;
    } catch (IOException starting) {
      return false;
    }
  }

  private String log() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> logs = Files.list(directory)) {
      for (Path log : logs.filter(path -> path.toString().endsWith(".log")).toList()) {
        all.append('\n').append(Files.readString(log));
      }
    }
    return all.toString();
  }

  /** {@code hdfs dfs} as a user starts it, the start of a JVM included; returns seconds. */
  double shell(String... arguments) throws IOException, InterruptedException {
    List<String> command = command("client", List.of(), "org.apache.hadoop.fs.FsShell");
    command.addAll(List.of(arguments));
    return Disk.run(command.toArray(new String[0]));
  }

  /** The same shell in a JVM that stays. */
  OrderedProcess warmShell() throws IOException {
    return program("hdfs dfs", List.of(), ShellProgram.class.getName());
  }

  /** A worker's memory, and its code that saves and loads it. */
  OrderedProcess worker(Bench bench) throws IOException {
    return program(
        "holdfast",
        WORKER,
        StateProgram.class.getName(),
        uri("/run").toString(),
        Integer.toString(bench.megabytes()),
        bench.scratch().toString());
  }

  private OrderedProcess program(String name, List<String> options, String... mainAndArguments)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command("client", options, mainAndArguments));
    builder.environment().put("HADOOP_CONF_DIR", conf("client").toString());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new OrderedProcess(name, builder);
  }

  /** Makes the kernel forget the blocks. */
  void forget() throws IOException, InterruptedException {
    for (int i = 1; i <= replication; i++) {
      try (Stream<Path> all = Files.walk(directory.resolve("data-" + i))) {
        Disk.forget(all.filter(path -> path.getFileName().toString().startsWith("blk_")).toList());
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    for (Process server : servers) {
      server.destroyForcibly().waitFor();
    }
  }
}
