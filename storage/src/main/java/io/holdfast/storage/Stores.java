package io.holdfast.storage;

import io.holdfast.storage.hdfs.HdfsStore;
import io.holdfast.storage.s3.S3Store;
import io.holdfast.storage.store.FileUse;
import io.holdfast.storage.store.LocalStore;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Opens the store of a run directory by the scheme of its URI. A scheme's classes are loaded when
 * the first store of it is opened, and not before.
 */
public final class Stores {
  /** Schemes of the URIs that can be opened. */
  public static final List<String> SCHEMES = List.of("file", "hdfs", "s3a");

  private Stores() {}

  /** {@link #SCHEMES} for a message. */
  public static String allowed() {
    return SCHEMES.stream().map(scheme -> scheme + ":").collect(Collectors.joining(", "));
  }

  /**
   * The store at {@code location}, which must exist; nothing is made.
   *
   * @param location as {@link Locations} makes it
   * @throws IllegalArgumentException for a scheme that is not in {@link #SCHEMES}
   * @throws java.nio.file.NoSuchFileException if there is no such directory
   * @throws SettingsException if the way to it is set up wrongly
   */
  public static ObjectStore open(URI location) throws IOException {
    return switch (scheme(location)) {
      case "file" -> LocalStore.openExisting(Path.of(location));
      case "hdfs" -> HdfsStore.open(location);
      case "s3a" -> S3Store.open(location);
      default -> throw unknown(location);
    };
  }

  /** The store at {@code location}, which is made, with its parents, if it does not exist. */
  public static ObjectStore openOrMake(URI location) throws IOException {
    return switch (scheme(location)) {
      case "file" -> LocalStore.open(Path.of(location));
      case "hdfs" -> HdfsStore.openOrMake(location);
      case "s3a" -> S3Store.openOrMake(location);
      default -> throw unknown(location);
    };
  }

  /**
   * Every file below a location and what it takes, in order of name; those that come or go
   * meanwhile may or may not be among them.
   */
  public static List<FileUse> filesBelow(URI location) throws IOException {
    return switch (scheme(location)) {
      case "file" -> FileUse.below(location);
      case "hdfs" -> HdfsStore.filesBelow(location);
      case "s3a" -> S3Store.filesBelow(location);
      default -> throw unknown(location);
    };
  }

  private static String scheme(URI location) {
    return String.valueOf(location.getScheme()).toLowerCase(Locale.ROOT);
  }

  private static IllegalArgumentException unknown(URI location) {
    return new IllegalArgumentException(location + ": unknown scheme (allowed: " + allowed() + ")");
  }
}
