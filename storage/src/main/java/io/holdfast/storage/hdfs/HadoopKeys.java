package io.holdfast.storage.hdfs;

import io.holdfast.storage.SettingsException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * What Hadoop's users keep in {@code core-site.xml} of HADOOP_CONF_DIR, for stores that Hadoop's
 * own client does not serve. Where there is no such directory, nothing of Hadoop is loaded.
 */
public final class HadoopKeys {
  private static final String CREDENTIAL_STORES = "hadoop.security.credential.provider.path";

  private final Optional<Configuration> configuration;

  private HadoopKeys(Optional<Configuration> configuration) {
    this.configuration = configuration;
  }

  /**
   * Reads the site's files.
   *
   * @param environment of this process
   * @throws SettingsException if they are malformed, or HADOOP_CONF_DIR is no directory
   * @throws IOException if they cannot be read
   */
  public static HadoopKeys read(Map<String, String> environment) throws IOException {
    return HdfsSettings.directory(environment).isEmpty()
        ? new HadoopKeys(Optional.empty())
        : new HadoopKeys(Optional.of(HdfsSettings.read(environment)));
  }

  /** A value without blanks around it; empty if it is not set or blank. */
  public Optional<String> get(String key) {
    return configuration.map(c -> c.getTrimmed(key, "")).filter(value -> !value.isEmpty());
  }

  /**
   * A value that may also lie in one of Hadoop's credential stores ({@code
   * hadoop.security.credential.provider.path}).
   *
   * @throws IOException if such a store cannot be read
   */
  public Optional<String> secret(String key) throws IOException {
    if (configuration.isEmpty()) {
      return Optional.empty();
    }
    try {
      char[] value = configuration.get().getPassword(key);
      return Optional.ofNullable(value).map(String::new).filter(text -> !text.isBlank());
    } catch (IOException e) {
      throw new IOException(
          CREDENTIAL_STORES + ": cannot be read: " + (e.getCause() == null ? e : e.getCause()), e);
    }
  }
}
