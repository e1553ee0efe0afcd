package io.holdfast.integration;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

  private static final String NAME_NODE = "namenode";

  private static final Duration DEADLINE = Duration.ofSeconds(90);

  /**
   * What clients and DataNodes share: a frozen DataNode must be noticed by its neighbours first.
   */
  private static final Map<String, String> SOCKETS =
      Map.of("dfs.client.socket-timeout", "3000", "dfs.datanode.socket.write.timeout", "3000");

  private static HdfsCluster shared;

  private final HadoopDaemons daemons;
  private final String address;

  private HdfsCluster(HadoopDaemons daemons, String address) {
    this.daemons = daemons;
    this.address = address;
  }

  /** The cluster, up and with all its DataNodes. */
  static synchronized HdfsCluster shared() throws Exception {
    if (shared == null) {
      Path directory = Files.createTempDirectory(HadoopConf.DIRECTORY.getParent(), "hdfs");
      HdfsCluster cluster =
          new HdfsCluster(new HadoopDaemons(directory), HadoopDaemons.freeAddress());
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
    Map<String, String> core = Map.of("fs.defaultFS", uri("").toString());
    HadoopConf.set("hdfs-site.xml", client);
    HadoopConf.set("core-site.xml", core);
    daemons.configure(NAME_NODE, core, nameNodeSettings());
    for (int i = 1; i <= DATA_NODES; i++) {
      daemons.configure("datanode-" + i, core, dataNodeSettings(i));
    }
    daemons.run(NAME_NODE, HadoopDaemons.NAME_NODE, "-format", "-force", "-nonInteractive");
    startNameNode();
    for (int i = 1; i <= DATA_NODES; i++) {
      startDataNode(i);
    }
    awaitDataNodes();
  }

  private Map<String, String> nameNodeSettings() throws IOException {
    return Map.of(
        "dfs.namenode.name.dir", location("name"),
        "dfs.namenode.http-address", HadoopDaemons.freeAddress(),
        "dfs.namenode.safemode.extension", "0",
        "dfs.namenode.heartbeat.recheck-interval", "1000",
        "dfs.namenode.reconstruction.pending.timeout-sec", "5",
        "dfs.heartbeat.interval", "1");
  }

  private Map<String, String> dataNodeSettings(int number) throws IOException {
    Map<String, String> settings = new TreeMap<>(SOCKETS);
    settings.put("dfs.datanode.data.dir", location("data-" + number));
    settings.put("dfs.datanode.address", HadoopDaemons.freeAddress());
    settings.put("dfs.datanode.http.address", HadoopDaemons.freeAddress());
    settings.put("dfs.datanode.ipc.address", HadoopDaemons.freeAddress());
    settings.put("dfs.datanode.hostname", "127.0.0.1");
    settings.put("dfs.heartbeat.interval", "1");
    return settings;
  }

  private String location(String name) {
    return daemons.directory().resolve(name).toUri().toString();
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
    daemons.start(NAME_NODE, HadoopDaemons.NAME_NODE);
  }

  void startDataNode(int number) throws IOException {
    daemons.start("datanode-" + number, HadoopDaemons.DATA_NODE);
  }

  /** kill -9; returns when it is gone. */
  void kill(String daemon) throws InterruptedException {
    daemons.kill(daemon);
  }

  void freeze(String daemon) throws Exception {
    daemons.signal("STOP", daemon);
  }

  void thaw(String daemon) throws Exception {
    daemons.signal("CONT", daemon);
  }

  /** Returns once the NameNode takes writes and counts all DataNodes. */
  void awaitDataNodes() throws Exception {
    try (DistributedFileSystem client = client()) {
      Await.until(
          DEADLINE, () -> "not all DataNodes: " + daemons.log(NAME_NODE), () -> isUp(client));
    }
  }

  private boolean isUp(DistributedFileSystem client) {
    daemons.requireAlive();
    try {
      return !client.isInSafeMode()
          && client.getDataNodeStats(DatanodeReportType.LIVE).length == DATA_NODES;
    } catch (IOException starting) {
      return false;
    }
  }
}
