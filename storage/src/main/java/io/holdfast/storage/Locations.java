package io.holdfast.storage;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How users name a file or directory: by a path of this machine or a URI with one of {@link
 * Stores#SCHEMES}. Everywhere else it is an absolute URI.
 */
public final class Locations {
  private static final String LOCAL = "file";

  /** A single letter before the colon is no scheme but a drive of Windows. */
  private static final Pattern WITH_SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  private Locations() {}

  /**
   * The location that a user means, where a path is relative to the working directory.
   *
   * @throws IllegalArgumentException if it is none; the message says why, without the text itself
   */
  public static URI parse(String given) {
    return resolve(Path.of("").toAbsolutePath().toUri(), given);
  }

  /**
   * The location that a text means which stands in a file of {@code directory}: a URI, or a path
   * relative to the directory and on the same file system.
   *
   * @throws IllegalArgumentException if it is none; the message says why, without the text itself
   */
  public static URI resolve(URI directory, String given) {
    if (given.isBlank()) {
      throw new IllegalArgumentException("is empty");
    }
    if (WITH_SCHEME.matcher(given).matches()) {
      return checked(URI.create(given));
    }
    if (isLocal(directory)) {
      return local(Path.of(directory).resolve(local(given)));
    }
    return directoryOf(directory).resolve(encoded(given)).normalize();
  }

  /** Whether it lies on a file system of this machine. */
  public static boolean isLocal(URI location) {
    return LOCAL.equalsIgnoreCase(location.getScheme());
  }

  /** For messages, and to be given on a command line: a path if it is local, else the URI. */
  public static String shown(URI location) {
    return isLocal(location) ? Path.of(location).toString() : location.toString();
  }

  /** The directory that a file lies in. */
  public static URI parent(URI file) {
    return file.resolve(".");
  }

  /** The last name of a path. */
  public static String leaf(URI location) {
    String path = location.getPath().replaceAll("/+$", "");
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static URI checked(URI uri) {
    if (isLocal(uri)) {
      try {
        return local(Path.of(uri));
      } catch (FileSystemNotFoundException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    }
    if (!Stores.SCHEMES.contains(uri.getScheme().toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "unknown scheme " + uri.getScheme() + " (allowed: " + Stores.allowed() + ")");
    }
    if (uri.isOpaque() || uri.getPath().isEmpty()) {
      throw new IllegalArgumentException("has no absolute path after " + uri.getScheme() + ":");
    }
    return uri.normalize();
  }

  private static Path local(String path) {
    try {
      return Path.of(path);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(e.getReason(), e);
    }
  }

  /** Without the slash that a URI ends with only while the directory is there. */
  private static URI local(Path path) {
    String uri = path.toAbsolutePath().normalize().toUri().toString();
    boolean marked = uri.endsWith("/") && !uri.equals("file:///");
    return URI.create(marked ? uri.substring(0, uri.length() - 1) : uri);
  }

  private static URI directoryOf(URI directory) {
    String text = directory.toString();
    return text.endsWith("/") ? directory : URI.create(text + "/");
  }

  private static String encoded(String path) {
    try {
      // A relative path whose first name holds a colon would be taken for a scheme.
      String relative = path.startsWith("/") ? path : "./" + path;
      return new URI(null, null, relative, null).toString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e.getReason(), e);
    }
  }
}
