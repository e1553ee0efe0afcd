package io.holdfast.integration;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A real NameNode and two DataNodes that want Kerberos and encrypt what goes between them and
 * clients. Nothing of it is for the clients of this JVM: those who use it are processes.
 */
final class SecureHdfs implements AutoCloseable {
  static final int DATA_NODES = 2;

  private static final String NAME_NODE = "namenode";
  private static final int A_DAY = 86_400;

  private final HadoopDaemons daemons;
  private final String address = HadoopDaemons.freeAddress();
  private final String web = HadoopDaemons.freeAddress();
  private final Path keytab;

  private SecureHdfs(HadoopDaemons daemons, Path keytab) throws IOException {
    this.daemons = daemons;
    this.keytab = keytab;
  }

  static SecureHdfs start(Path directory, Kdc kdc) throws Exception {
    Files.createDirectories(directory);
    Path keytab = kdc.keytab("hdfs", principal("hdfs"), principal("HTTP"));
    String conf = kdc.clientConf("krb5-daemons.conf", A_DAY).toString();
    SecureHdfs cluster =
        new SecureHdfs(new HadoopDaemons(directory, "-Djava.security.krb5.conf=" + conf), keytab);
    cluster.start();
    return cluster;
  }

  private static String principal(String service) {
    return service + "/localhost@" + Kdc.REALM;
  }

  private void start() throws Exception {
    daemons.configure(NAME_NODE, core(), nameNodeSettings());
    for (int i = 1; i <= DATA_NODES; i++) {
      daemons.configure("datanode-" + i, core(), dataNodeSettings(i));
    }
    daemons.run(NAME_NODE, HadoopDaemons.NAME_NODE, "-format", "-force", "-nonInteractive");
    startNameNode();
    for (int i = 1; i <= DATA_NODES; i++) {
      daemons.start("datanode-" + i, HadoopDaemons.DATA_NODE);
    }
    awaitDataNodes();
  }

  /** What clients find in HADOOP_CONF_DIR, as a site would have it. */
  Path clientConf(String name, Map<String, String> core) throws IOException {
    Path conf = Files.createDirectories(daemons.directory().resolve(name));
    Map<String, String> all = new TreeMap<>(core());
    all.putAll(core);
    HadoopConf.write(conf.resolve("core-site.xml"), all);
    HadoopConf.write(conf.resolve("hdfs-site.xml"), shared());
    return conf;
  }

  private Map<String, String> core() {
    return Map.of(
        "fs.defaultFS", uri("").toString(),
        "hadoop.security.authentication", "kerberos",
        "hadoop.rpc.protection", "privacy",
        "hadoop.user.group.static.mapping.overrides", "trainer=supergroup");
  }

  private Map<String, String> shared() {
    return new TreeMap<>(
        Map.of(
            "dfs.namenode.kerberos.principal", principal("hdfs"),
            "dfs.datanode.kerberos.principal", principal("hdfs"),
            "dfs.data.transfer.protection", "privacy",
            "dfs.blocksize", "1048576",
            "dfs.replication", "2"));
  }

  private Map<String, String> ofDaemons() {
    Map<String, String> settings = shared();
    settings.put("dfs.namenode.keytab.file", keytab.toString());
    settings.put("dfs.datanode.keytab.file", keytab.toString());
    settings.put("dfs.web.authentication.kerberos.principal", principal("HTTP"));
    settings.put("dfs.web.authentication.kerberos.keytab", keytab.toString());
    settings.put("dfs.block.access.token.enable", "true");
    settings.put("dfs.http.policy", "HTTP_ONLY");
    settings.put("dfs.heartbeat.interval", "1");
    return settings;
  }

  private Map<String, String> nameNodeSettings() {
    Map<String, String> settings = ofDaemons();
    settings.put("dfs.namenode.name.dir", location("name"));
    settings.put("dfs.namenode.http-address", web);
    settings.put("dfs.namenode.safemode.extension", "0");
    return settings;
  }

  private Map<String, String> dataNodeSettings(int number) throws IOException {
    Map<String, String> settings = ofDaemons();
    settings.put("dfs.datanode.data.dir", location("data-" + number));
    settings.put("dfs.datanode.address", HadoopDaemons.freeAddress());
    settings.put("dfs.datanode.http.address", HadoopDaemons.freeAddress());
    settings.put("dfs.datanode.ipc.address", HadoopDaemons.freeAddress());
    settings.put("dfs.datanode.hostname", "127.0.0.1");
    // DataNodes that speak plain HTTP are held for unsafe above port 1024.
    settings.put("ignore.secure.ports.for.testing", "true");
    return settings;
  }

  private String location(String name) {
    return daemons.directory().resolve(name).toUri().toString();
  }

  URI uri(String path) {
    return URI.create("hdfs://" + address + path);
  }

  void startNameNode() throws IOException {
    daemons.start(NAME_NODE, HadoopDaemons.NAME_NODE);
  }

  /** kill -9; all connections to it are lost. */
  void killNameNode() throws InterruptedException {
    daemons.kill(NAME_NODE);
  }

  void awaitDataNodes() throws Exception {
    daemons.awaitDataNodes(NAME_NODE, web, DATA_NODES);
  }

  @Override
  public void close() throws InterruptedException {
    daemons.killAll();
  }
}
