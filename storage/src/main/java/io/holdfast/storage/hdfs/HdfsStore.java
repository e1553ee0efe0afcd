package io.holdfast.storage.hdfs;

import io.holdfast.storage.store.FileTree;
import io.holdfast.storage.store.FileTreeStore;
import io.holdfast.storage.store.FileUse;
import io.holdfast.storage.store.ObjectNames;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Opens a directory of HDFS as a store. The protocol is {@link FileTreeStore}'s; what it rests on
 * was tried on HDFS 3.5.0, and {@code HdfsStoreTest} in integration-tests tries it again:
 *
 * <ul>
 *   <li><b>The fence.</b> A rename is one entry of the NameNode's log: atomic for readers, and
 *       durable when it is answered. Renaming the token directory takes a writer's open file along,
 *       and the writer may even close it; but its next rename names the old directory and finds
 *       nothing. So nothing that a woken leader wrote ever gets a name.
 *   <li><b>Publish.</b> {@code rename} with no option refuses a taken name and has exactly one
 *       winner. {@code FileSystem.rename(a, b)} answers false instead and is never used.
 *   <li><b>Replace.</b> {@code rename} with OVERWRITE is atomic. A reader that has the old file
 *       open loses it some seconds later, when its blocks go ("Blocklist ... has changed"); so
 *       small objects are read whole as they are opened.
 *   <li><b>Create.</b> {@code overwrite(false)} is exclusive. It is never recursive, for else it
 *       would make the directory of a token again that a claim has renamed.
 *   <li><b>Durable.</b> A DataNode does not sync a file that is closed. {@code hsync} syncs the
 *       current block and SYNC_BLOCK the ones before it. {@code hflush} syncs nothing and reports
 *       success even when the file is deleted; the last word has {@code close}.
 *   <li><b>close() is slow</b> by default, 0.4 s: its first call comes before the DataNode's
 *       report, and the client then waits that long; see {@link HdfsSettings}.
 *   <li><b>Outcomes.</b> A call whose answer is lost is made again. If it then finds its source
 *       missing it may have done its work: that is told as unknown, and the caller compares.
 * </ul>
 */
public final class HdfsStore {
  private HdfsStore() {}

  /**
   * The store in a directory that must exist; nothing is made.
   *
   * @param location {@code hdfs://host:port/path}, or {@code hdfs:///path} on the file system that
   *     {@code fs.defaultFS} names
   * @throws java.nio.file.NoSuchFileException if there is no such directory
   */
  public static ObjectStore open(URI location) throws IOException {
    HdfsTree tree = HdfsTree.of(location);
    if (!tree.isDirectory()) {
      throw new NotDirectoryException(tree.location().toString());
    }
    return new FileTreeStore(tree.location(), tree);
  }

  /** Every file below a directory, in order of name, without its replicas. */
  public static List<FileUse> filesBelow(URI location) throws IOException {
    List<FileUse> files = new ArrayList<>();
    addFiles(HdfsTree.of(location), "", files);
    files.sort(Comparator.comparing(FileUse::name));
    return files;
  }

  private static void addFiles(HdfsTree tree, String directory, List<FileUse> files)
      throws IOException {
    for (FileTree.Entry entry : entries(tree, directory)) {
      String name = ObjectNames.join(directory, entry.leaf());
      if (entry.isDirectory()) {
        addFiles(tree, name, files);
      } else {
        files.add(new FileUse(name, entry.length(), name));
      }
    }
  }

  /** None of a directory that went meanwhile. */
  private static List<FileTree.Entry> entries(HdfsTree tree, String directory) throws IOException {
    try {
      return tree.list(directory, "");
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** The store in a directory that exists or, with its parents, is made now. */
  public static ObjectStore openOrMake(URI location) throws IOException {
    HdfsTree tree = HdfsTree.of(location);
    tree.makeRoot();
    return new FileTreeStore(tree.location(), tree);
  }
}
