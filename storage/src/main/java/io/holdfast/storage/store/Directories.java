package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** Steps on directories that several classes of this package take. */
final class Directories {

  private Directories() {}

  /** Makes a directory and its parents, durably; existing ones are fine. */
  static void make(FileTree disk, String path) throws IOException {
    if (path.isEmpty() || disk.exists(path)) {
      return;
    }
    make(disk, ObjectNames.parent(path));
    disk.makeDirectory(path);
    disk.syncDirectory(ObjectNames.parent(path));
  }

  /** Entries of a directory; none if it does not exist. */
  static List<FileTree.Entry> entries(FileTree disk, String path) throws IOException {
    return entries(disk, path, "");
  }

  /** Entries of a directory whose names begin so. */
  static List<FileTree.Entry> entries(FileTree disk, String path, String beginning)
      throws IOException {
    try {
      return disk.list(path, beginning);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** Removes a file or a directory with all that is in it; absent is fine. */
  static void removeTree(FileTree disk, FileTree.Entry entry, String directory) throws IOException {
    String path = ObjectNames.join(directory, entry.leaf());
    if (entry.isDirectory()) {
      for (FileTree.Entry child : entries(disk, path)) {
        removeTree(disk, child, path);
      }
    }
    try {
      disk.remove(path);
    } catch (NoSuchFileException e) {
      // Someone else removed it first, which is what was wanted.
      return;
    }
  }
}
