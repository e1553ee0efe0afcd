package io.holdfast.integration;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The nameservice {@code holdfast}: two real NameNodes that share their edits in a directory, of
 * which one is active, and two DataNodes. Who is active is decided by {@code hdfs haadmin}. Nothing
 * of it is for the clients of this JVM: those who use it are processes.
 */
final class HighlyAvailableHdfs implements AutoCloseable {
  private static final String SERVICE = "holdfast";
  private static final String ADMIN = "org.apache.hadoop.hdfs.tools.DFSHAAdmin";
  private static final int DATA_NODES = 2;

  private final HadoopDaemons daemons;
  private final Map<String, String> shared = new TreeMap<>();

  private HighlyAvailableHdfs(HadoopDaemons daemons) throws IOException {
    this.daemons = daemons;
    shared.put("dfs.nameservices", SERVICE);
    shared.put("dfs.ha.namenodes." + SERVICE, "nn1,nn2");
    for (String name : new String[] {"nn1", "nn2"}) {
      shared.put("dfs.namenode.rpc-address.holdfast." + name, HadoopDaemons.freeAddress());
      shared.put("dfs.namenode.http-address.holdfast." + name, HadoopDaemons.freeAddress());
    }
    shared.put(
        "dfs.client.failover.proxy.provider." + SERVICE,
        "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider");
    shared.put("dfs.blocksize", "1048576");
    shared.put("dfs.replication", "2");
  }

  /** Starts it; {@code nn1} is active. */
  static HighlyAvailableHdfs start(Path directory) throws Exception {
    HighlyAvailableHdfs cluster =
        new HighlyAvailableHdfs(new HadoopDaemons(Files.createDirectories(directory)));
    cluster.startAll();
    return cluster;
  }

  private void startAll() throws Exception {
    daemons.configure("site", core(), shared);
    daemons.configure("nn1", core(), nameNode("nn1"));
    daemons.configure("nn2", core(), nameNode("nn2"));
    daemons.run("nn1", HadoopDaemons.NAME_NODE, "-format", "-force", "-nonInteractive");
    copy(daemons.directory().resolve("name-nn1"), daemons.directory().resolve("name-nn2"));
    startNameNode("nn1");
    startNameNode("nn2");
    for (int i = 1; i <= DATA_NODES; i++) {
      daemons.configure("datanode-" + i, core(), dataNode(i));
      daemons.start("datanode-" + i, HadoopDaemons.DATA_NODE);
    }
    makeActive("nn1");
  }

  private Map<String, String> core() {
    return Map.of("fs.defaultFS", uri("").toString());
  }

  private Map<String, String> nameNode(String name) {
    Map<String, String> settings = new TreeMap<>(shared);
    settings.put("dfs.ha.namenode.id", name);
    settings.put("dfs.namenode.name.dir", location("name-" + name));
    settings.put("dfs.namenode.shared.edits.dir", location("edits"));
    settings.put("dfs.namenode.safemode.extension", "0");
    settings.put("dfs.ha.tail-edits.period", "1s");
    settings.put("dfs.ha.fencing.methods", "shell(/bin/true)");
    settings.put("dfs.heartbeat.interval", "1");
    return settings;
  }

  private Map<String, String> dataNode(int number) throws IOException {
    Map<String, String> settings = new TreeMap<>(shared);
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

  /** As {@code hdfs namenode -bootstrapStandby} would from a NameNode that runs. */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  /** What clients find in HADOOP_CONF_DIR. */
  Path clientConf() {
    return daemons.directory().resolve("site");
  }

  URI uri(String path) {
    return URI.create("hdfs://" + SERVICE + path);
  }

  void startNameNode(String name) throws IOException {
    daemons.start(name, HadoopDaemons.NAME_NODE);
  }

  /** kill -9 */
  void kill(String name) throws InterruptedException {
    daemons.kill(name);
  }

  /** Makes a standby the active one, the other one being gone, and waits until it serves. */
  void makeActive(String name) throws Exception {
    String web = shared.get("dfs.namenode.http-address.holdfast." + name);
    Await.until(
        HadoopDaemons.DEADLINE,
        () -> name + " does not start: " + daemons.log(name),
        () -> "standby".equals(HadoopDaemons.bean(web, "NameNodeStatus").path("State").asText()));
    daemons.run("site", ADMIN, "-transitionToActive", "--forceactive", name);
    daemons.awaitDataNodes(name, web, DATA_NODES);
  }

  @Override
  public void close() throws InterruptedException {
    daemons.killAll();
  }
}
