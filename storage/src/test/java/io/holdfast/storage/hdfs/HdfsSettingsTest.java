package io.holdfast.storage.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HdfsSettingsTest {
  private static final String BEST_EFFORT =
      "dfs.client.block.write.replace-datanode-on-failure.best-effort";

  @TempDir Path directory;

  private Configuration read(String... settings) throws IOException {
    StringBuilder text = new StringBuilder("<configuration>");
    for (int i = 0; i < settings.length; i += 2) {
      text.append(
          "<property><name>%s</name><value>%s</value></property>"
              .formatted(settings[i], settings[i + 1]));
    }
    Files.writeString(directory.resolve("hdfs-site.xml"), text.append("</configuration>"));
    return HdfsSettings.read(Map.of("HADOOP_CONF_DIR", directory.toString()));
  }

  @Test
  void oursStandInPlaceOfHadoopsDefaults() throws IOException {
    Configuration settings = read("dfs.replication", "2");
    HdfsSettings.DEFAULTS.forEach(
        (key, value) -> assertThat(settings.get(key)).as(key).isEqualTo(value));
    assertThat(settings.get("dfs.replication")).isEqualTo("2");
    assertThat(settings.getBoolean("fs.automatic.close", true)).isFalse();
  }

  @Test
  void whatTheSiteSetsWins() throws IOException {
    Configuration settings = read(BEST_EFFORT, "false", "fs.automatic.close", "true");
    assertThat(settings.get(BEST_EFFORT)).isEqualTo("false");
    assertThat(settings.getBoolean("fs.automatic.close", true)).isFalse();
  }

  /** Hadoop would refuse to make any file. */
  @Test
  void aBlockSizeThatFourKibibytesDoNotDivideKeepsHadoopsSums() throws IOException {
    assertThat(read("dfs.blocksize", "1m").get("dfs.bytes-per-checksum")).isEqualTo("4096");
    assertThat(read("dfs.blocksize", "1049088").get("dfs.bytes-per-checksum")).isNull();
    assertThat(read("dfs.blocksize", "large").get("dfs.bytes-per-checksum")).isNull();
  }

  @Test
  void singleCallsAreNotTriedAgainByHadoop() throws IOException {
    Configuration settings = read();
    assertThat(HdfsSettings.forCalls(settings).get("dfs.client.retry.policy.enabled"))
        .isEqualTo("false");
    assertThat(settings.get("dfs.client.retry.policy.enabled")).isEqualTo("true");
  }

  @Test
  void theDirectoryIsFoundOrItsLackIsTold() throws IOException {
    Path conf = Files.createDirectories(directory.resolve("etc/hadoop"));
    Files.writeString(
        conf.resolve("core-site.xml"),
        "<configuration><property><name>fs.defaultFS</name><value>hdfs://a:1</value></property>"
            + "</configuration>");
    assertThat(HdfsSettings.read(Map.of("HADOOP_HOME", directory.toString())).get("fs.defaultFS"))
        .isEqualTo("hdfs://a:1");
    assertThat(HdfsSettings.read(Map.of()).get("fs.defaultFS")).isEqualTo("file:///");
    assertThatThrownBy(() -> HdfsSettings.read(Map.of("HADOOP_CONF_DIR", directory + "/none")))
        .isInstanceOf(SettingsException.class)
        .hasMessage("HADOOP_CONF_DIR: " + directory + "/none: no such directory");
    Files.writeString(conf.resolve("core-site.xml"), "<configuration><prop");
    assertThatThrownBy(() -> HdfsSettings.read(Map.of("HADOOP_CONF_DIR", conf.toString())))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(conf.toString());
  }

  @Test
  void whatAClientCannotBeMadeWithIsTheSitesFault() throws IOException {
    Configuration settings = read("hadoop.security.authentication", "trust");
    assertThatThrownBy(() -> HdfsLogin.login(settings, Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("hadoop.security.authentication of trust");
  }

  @Test
  void aKeytabIsRefusedWithoutAPrincipalOrWithoutKerberos() throws IOException {
    Configuration settings = read();
    assertThatThrownBy(() -> HdfsLogin.login(settings, Map.of(HdfsLogin.KEYTAB, "/etc/x.keytab")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("needed together");
    assertThatThrownBy(
            () ->
                HdfsLogin.login(
                    settings,
                    Map.of(HdfsLogin.KEYTAB, "/etc/x.keytab", HdfsLogin.PRINCIPAL, "me@A")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("not kerberos");
    HdfsLogin.login(settings, Map.of());
  }
}
