package io.holdfast.storage.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The few calls of a file system that {@link FileTreeStore} is built from, each one atomic step; so
 * the same protocol runs over a real disk, over HDFS and, in tests, over a disk that loses what was
 * not synced.
 *
 * <p>Paths are relative to one root, '/'-separated; the empty path is the root. A missing file or
 * parent is NoSuchFileException, a taken name FileAlreadyExistsException. Any other IOException of
 * a call that changes something means that it may or may not have happened.
 */
public interface FileTree {

  /** A file opened to be written at its end. */
  interface OpenFile extends Closeable {
    /** Appends all of {@code source}. */
    void write(ByteBuffer source) throws IOException;

    /** Returns when the bytes survive a crash; the name may not. */
    void force() throws IOException;

    /** Bytes in the file. */
    long length() throws IOException;
  }

  /**
   * One name in a directory.
   *
   * @param identity equal for names of the same file; empty where a file has one name only
   */
  record Entry(
      String leaf, boolean isDirectory, long length, Instant modified, Optional<Object> identity) {

    /** One whose file has no other name. */
    public Entry(String leaf, boolean isDirectory, long length, Instant modified) {
      this(leaf, isDirectory, length, modified, Optional.empty());
    }
  }

  /** Makes a file exclusively (O_CREAT | O_EXCL). */
  OpenFile createNew(String path) throws IOException;

  /** Opens a file to add at its end, made if absent. */
  OpenFile openAppend(String path) throws IOException;

  ObjectReader open(String path) throws IOException;

  /** How many files a process is to write at once to be as fast as the file system is. */
  default int streams() {
    return 1;
  }

  /** Names in a directory that begin so, in any order. */
  List<Entry> list(String path, String beginning) throws IOException;

  boolean exists(String path) throws IOException;

  /** Makes one directory; an existing one is fine. */
  void makeDirectory(String path) throws IOException;

  /**
   * Makes a file appear under another name, durable once that name's directory is synced; refuses a
   * taken name. The first name stays (link(2)) or goes (a rename), as the file system has it.
   */
  void publish(String source, String target) throws IOException;

  /**
   * Makes a second name of a file (link(2)), durable once that name's directory is synced; refuses
   * a taken name. False, and nothing has happened, where files have one name only.
   */
  default boolean link(String source, String target) throws IOException {
    return false;
  }

  /** Renames a file or directory; replaces a file or an empty directory (rename(2)). */
  void rename(String source, String target) throws IOException;

  /** Removes a file or an empty directory. */
  void remove(String path) throws IOException;

  /** Returns when the names in a directory survive a crash. */
  void syncDirectory(String path) throws IOException;
}
