package io.holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine;

/** The release this program is; coordinator and workers check each other's. */
final class Version implements CommandLine.IVersionProvider {

  /** Such as {@code 0.1.0}; the build writes it. */
  static final String CURRENT = read();

  @Override
  public String[] getVersion() {
    return new String[] {"holdfast " + CURRENT};
  }

  private static String read() {
    try (InputStream in = Version.class.getResourceAsStream("release.properties")) {
      if (in == null) {
        throw new IllegalStateException("the build left out release.properties");
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
