package io.holdfast.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.SettingsException;
import io.holdfast.storage.hdfs.HadoopKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bad setting is told as the user's fault, by its key, its value and what is allowed. */
class S3SettingsTest {
  @TempDir Path directory;

  private S3Settings read(String... settings) throws IOException {
    StringBuilder text = new StringBuilder("<configuration>");
    for (int i = 0; i < settings.length; i += 2) {
      text.append(
          "<property><name>%s</name><value>%s</value></property>"
              .formatted(settings[i], settings[i + 1]));
    }
    Files.writeString(directory.resolve("core-site.xml"), text.append("</configuration>"));
    return new S3Settings(
        HadoopKeys.read(Map.of("HADOOP_CONF_DIR", directory.toString())), "bucket");
  }

  private void assertBad(String told, String... settings) throws IOException {
    S3Settings bad = read(settings);
    assertThatThrownBy(bad::client)
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith(told);
  }

  @Test
  void aSwitchIsTrueOrFalse() throws IOException {
    assertBad(
        "fs.s3a.path.style.access: maybe (allowed: true, false)",
        "fs.s3a.path.style.access",
        "maybe");
    assertBad(
        "fs.s3a.connection.ssl.enabled: 1 (allowed: true, false)",
        "fs.s3a.endpoint",
        "host",
        "fs.s3a.connection.ssl.enabled",
        "1");
  }

  @Test
  void anEndpointIsAHostOrAUriOfOne() throws IOException {
    for (String endpoint : new String[] {"ftp://host", "http://host:99999", "http:///x"}) {
      assertBad(
          "fs.s3a.endpoint: " + endpoint + " (allowed: a host, or a URI",
          "fs.s3a.bucket.bucket.endpoint",
          endpoint);
    }
    assertBad("fs.s3a.endpoint: Illegal character", "fs.s3a.endpoint", "two hosts");
  }

  @Test
  void aRegionIsAName() throws IOException {
    assertBad(
        "fs.s3a.endpoint.region: over there (allowed: a region such as us-east-1)",
        "fs.s3a.endpoint.region",
        "over there");
  }

  @Test
  void aKeyIsNoUseWithoutItsSecret() throws IOException {
    assertBad(
        "fs.s3a.access.key and fs.s3a.secret.key are needed together", "fs.s3a.access.key", "half");
  }

  @Test
  void aChecksumIsOneThatIsKnown() throws IOException {
    S3Settings bad = read("fs.s3a.create.checksum.algorithm", "MD4");
    assertThatThrownBy(bad::checksum)
        .isInstanceOf(SettingsException.class)
        .hasMessage("fs.s3a.create.checksum.algorithm: MD4 (allowed: CRC32C, NONE)");
    assertThat(read("fs.s3a.create.checksum.algorithm", "NONE").checksum()).isEmpty();
  }
}
