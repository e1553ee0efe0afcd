package io.holdfast.storage;

import java.io.IOException;

/**
 * What the user or the site says of a storage is at fault: a setting in HADOOP_CONF_DIR, or a
 * location. Trying again does not help; the message names what is wrong and what is allowed.
 */
public final class SettingsException extends IOException {
  private static final long serialVersionUID = 1L;

  public SettingsException(String line) {
    super(line);
  }

  public SettingsException(String line, Throwable cause) {
    super(line, cause);
  }
}
