package io.holdfast.storage.hdfs;

import static java.util.Map.entry;

import io.holdfast.storage.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.HdfsConfiguration;

/**
 * Hadoop's configuration as its users give it, {@code core-site.xml} and {@code hdfs-site.xml} in
 * the directory HADOOP_CONF_DIR (else HADOOP_HOME/etc/hadoop), with other defaults for what they
 * leave alone.
 */
final class HdfsSettings {
  private static final String CONF_DIR = "HADOOP_CONF_DIR";
  private static final String HOME = "HADOOP_HOME";

  /**
   * What a training run needs otherwise than Hadoop's defaults have it; the site's files win.
   *
   * <ul>
   *   <li>locateFollowingBlock: the first wait for a DataNode's report when a file is closed; 400
   *       ms by default, which would be most of the time of a small save. It doubles, so 12 tries
   *       last as long as 5 did.
   *   <li>best-effort: with 3 copies on 3 DataNodes the loss of one fails a write by default, for
   *       there is no fourth to put in its place. A save goes on with what is left; HDFS makes the
   *       third copy later.
   *   <li>bytes-per-checksum: with a sum for each 512 bytes, Hadoop's default, a save of 1 GiB took
   *       1.1 to 1.4 times as long. Left alone for block sizes that it does not divide.
   *   <li>retry policy: streams live through a restart of the NameNode (by default they fail at
   *       once). Tries are nested in tries to connect: 12 x 12 s at most.
   *   <li>rpc-timeout: a frozen NameNode is asked again after 20 s instead of 2 minutes.
   *   <li>connect: a host that swallows packets is given up after 4 x 5 s instead of 15 minutes.
   *   <li>failover: the pause before the other NameNode is tried doubles up to 15 s by default, so
   *       that a stream stands still long after the standby has become active. 50 tries of 2 s at
   *       most last about as long as its 15 did.
   *   <li>keytab renewal: a login from a keytab lasts as long as the run.
   * </ul>
   */
  static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          entry("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "5"),
          entry("dfs.client.block.write.locateFollowingBlock.retries", "12"),
          entry("dfs.client.block.write.replace-datanode-on-failure.best-effort", "true"),
          entry(HdfsSettings.CHECKSUM_UNIT, "4096"),
          entry(HdfsSettings.RETRY_POLICY, "true"),
          entry("dfs.client.retry.policy.spec", "1000,12"),
          entry(HdfsSettings.FAILOVERS, "50"),
          entry("dfs.client.failover.sleep.max.millis", "2000"),
          entry("ipc.client.rpc-timeout.ms", "20000"),
          entry("ipc.client.connect.timeout", "5000"),
          entry("ipc.client.connect.max.retries.on.timeouts", "3"),
          entry("hadoop.kerberos.keytab.login.autorenewal.enabled", "true"));

  /**
   * Hadoop's hook would close all files at a SIGTERM, while the coordinator still makes the last
   * save. Not for the site's files to change.
   */
  private static final String AUTOMATIC_CLOSE = "fs.automatic.close";

  private static final String CHECKSUM_UNIT = "dfs.bytes-per-checksum";
  private static final String FAILOVERS = "dfs.client.failover.max.attempts";
  private static final String RETRY_POLICY = "dfs.client.retry.policy.enabled";

  private HdfsSettings() {}

  /**
   * The configuration for streams of data.
   *
   * @param environment of this process
   * @throws SettingsException if a file is malformed, or HADOOP_CONF_DIR is no directory
   * @throws IOException if a file cannot be read
   */
  static Configuration read(Map<String, String> environment) throws IOException {
    Configuration configuration = new HdfsConfiguration();
    Optional<java.nio.file.Path> directory = directory(environment);
    if (directory.isPresent()) {
      addSite(configuration, directory.get());
    }
    DEFAULTS.forEach(
        (key, value) -> {
          if (isDefault(configuration, key) && isPossible(configuration, key, value)) {
            configuration.set(key, value, "holdfast");
          }
        });
    configuration.setBoolean(AUTOMATIC_CLOSE, false);
    return configuration;
  }

  /**
   * The same for single calls, which are tried again by {@link HdfsCalls} and not by Hadoop: at
   * most by the other NameNode, should there be two.
   */
  static Configuration forCalls(Configuration streams) {
    Configuration calls = new Configuration(streams);
    calls.setBoolean(RETRY_POLICY, false);
    calls.setInt(FAILOVERS, 1);
    return calls;
  }

  static Optional<java.nio.file.Path> directory(Map<String, String> environment)
      throws SettingsException {
    String named = environment.getOrDefault(CONF_DIR, "");
    if (!named.isEmpty()) {
      java.nio.file.Path directory = java.nio.file.Path.of(named);
      if (!Files.isDirectory(directory)) {
        throw new SettingsException(CONF_DIR + ": " + named + ": no such directory");
      }
      return Optional.of(directory);
    }
    return Optional.ofNullable(environment.get(HOME))
        .map(home -> java.nio.file.Path.of(home, "etc", "hadoop"))
        .filter(Files::isDirectory);
  }

  private static void addSite(Configuration configuration, java.nio.file.Path directory)
      throws IOException {
    for (String name : new String[] {"core-site.xml", "hdfs-site.xml"}) {
      java.nio.file.Path file = directory.resolve(name);
      if (Files.exists(file)) {
        configuration.addResource(new Path(file.toUri()));
      }
    }
    try {
      configuration.size();
    } catch (RuntimeException e) {
      String line = CONF_DIR + ": " + directory + ": cannot be read: " + e.getMessage();
      throw e.getCause() instanceof IOException
          ? new IOException(line, e)
          : new SettingsException(line, e);
    }
  }

  /** Hadoop refuses to make a file of blocks that are no multiple of what has one sum. */
  private static boolean isPossible(Configuration configuration, String key, String value) {
    if (!key.equals(CHECKSUM_UNIT)) {
      return true;
    }
    try {
      return configuration.getLongBytes("dfs.blocksize", 0) % Long.parseLong(value) == 0;
    } catch (IllegalArgumentException e) {
      // Told when the file system is opened.
      return false;
    }
  }

  /** Whether no file of the site sets it. */
  private static boolean isDefault(Configuration configuration, String key) {
    String[] sources = configuration.getPropertySources(key);
    return sources == null
        || Arrays.stream(sources).allMatch(source -> source.endsWith("-default.xml"));
  }
}
