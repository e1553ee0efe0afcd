package io.holdfast.storage.store;

/** What may name an object: relative, '/'-separated, and unable to leave the store. */
public final class ObjectNames {

  private ObjectNames() {}

  /** Returns {@code name} or throws IllegalArgumentException if it cannot name an object. */
  public static String check(String name) {
    if (name.isEmpty() || name.indexOf('\0') >= 0 || name.indexOf('\\') >= 0) {
      throw new IllegalArgumentException("bad object name: '" + name + "'");
    }
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw new IllegalArgumentException("bad object name: '" + name + "'");
      }
    }
    return name;
  }

  /** The directory an object lies in; the empty string for the root. */
  public static String parent(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  /** {@code directory/leaf}, where the empty directory is the root. */
  public static String join(String directory, String leaf) {
    return directory.isEmpty() ? leaf : directory + "/" + leaf;
  }
}
