package io.holdfast.storage.hdfs;

import io.holdfast.storage.SettingsException;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/**
 * One file system as this process sees it, for as long as the process lives.
 *
 * @param calls for single calls: each is tried once
 * @param streams for reading and writing: their calls are tried again by Hadoop
 */
record HdfsClient(DistributedFileSystem calls, DistributedFileSystem streams) {
  private static final String SCHEME = "hdfs";
  private static final Map<URI, HdfsClient> CLIENTS = new HashMap<>();
  private static Optional<Configuration> settings = Optional.empty();

  /**
   * The client of the file system that a location lies on. No call is made yet.
   *
   * @throws SettingsException if the configuration is at fault
   * @throws IOException if the login is not accepted or the host is not known
   */
  static synchronized HdfsClient of(URI location) throws IOException {
    if (settings.isEmpty()) {
      Configuration read = HdfsSettings.read(System.getenv());
      HdfsLogin.login(read, System.getenv());
      settings = Optional.of(read);
    }
    URI fileSystem = fileSystem(location, settings.get());
    HdfsClient client = CLIENTS.get(fileSystem);
    if (client == null) {
      client =
          new HdfsClient(
              connect(fileSystem, HdfsSettings.forCalls(settings.get())),
              connect(fileSystem, settings.get()));
      CLIENTS.put(fileSystem, client);
    }
    return client;
  }

  private static URI fileSystem(URI location, Configuration configuration)
      throws SettingsException {
    if (location.getAuthority() != null) {
      return URI.create(SCHEME + "://" + location.getAuthority());
    }
    URI byDefault = FileSystem.getDefaultUri(configuration);
    if (!SCHEME.equals(byDefault.getScheme()) || byDefault.getAuthority() == null) {
      throw new SettingsException(
          location
              + " names no host, and fs.defaultFS is "
              + byDefault
              + " (allowed: hdfs://host:port/path, or fs.defaultFS in core-site.xml of"
              + " HADOOP_CONF_DIR)");
    }
    return URI.create(SCHEME + "://" + byDefault.getAuthority());
  }

  private static DistributedFileSystem connect(URI fileSystem, Configuration configuration)
      throws IOException {
    try {
      return (DistributedFileSystem) FileSystem.newInstance(fileSystem, configuration);
    } catch (IllegalArgumentException e) {
      if (e.getCause() instanceof UnknownHostException) {
        throw new IOException(
            fileSystem
                + ": no host of that name is known, and dfs.nameservices (in hdfs-site.xml of"
                + " HADOOP_CONF_DIR) does not have it",
            e);
      }
      throw new SettingsException(
          fileSystem + ": a setting in HADOOP_CONF_DIR cannot be: " + e.getMessage(), e);
    }
  }
}
