package io.holdfast.storage.hdfs;

import io.holdfast.storage.store.FileTree;
import io.holdfast.storage.store.ObjectReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathFilter;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException;
import org.apache.hadoop.ipc.RemoteException;

/** A directory of HDFS and what lies in it. */
final class HdfsTree implements FileTree {
  /** How long the NameNode may take to close the file of a writer that died. */
  private static final Duration LEASE_RECOVERY = Duration.ofSeconds(60);

  private static final long LEASE_POLL_MILLIS = 200;

  /** What an append says of a file that somebody writes, or wrote when he died. */
  private static final Set<String> HELD =
      Set.of(
          AlreadyBeingCreatedException.class.getName(),
          "org.apache.hadoop.hdfs.protocol.RecoveryInProgressException");

  private static final int BUFFER_BYTES = 1 << 12;

  private final HdfsClient client;
  private final Path root;

  private HdfsTree(HdfsClient client, Path root) {
    this.client = client;
    this.root = root;
  }

  static HdfsTree of(URI location) throws IOException {
    HdfsClient client = HdfsClient.of(location);
    return new HdfsTree(client, client.calls().makeQualified(new Path(location.getPath())));
  }

  /** Where the root lies, with the host that was found. */
  URI location() {
    return root.toUri();
  }

  /** Whether the root, which must exist, is a directory. */
  boolean isDirectory() throws IOException {
    try {
      return HdfsCalls.repeat("", () -> client.calls().getFileStatus(root).isDirectory());
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(root.toString());
    }
  }

  /** Makes the root, and what lies above it, if it is not there. */
  void makeRoot() throws IOException {
    HdfsCalls.repeat("", () -> client.calls().mkdirs(root, FsPermission.getDirDefault()));
  }

  /** Each block is synced before the next is begun: meanwhile another stream has the DataNodes. */
  @Override
  public int streams() {
    return 2;
  }

  private Path at(String path) {
    return path.isEmpty() ? root : new Path(root, path);
  }

  @Override
  public OpenFile createNew(String path) throws IOException {
    return HdfsCalls.repeat(
        path,
        () ->
            new HdfsFile(
                path, client.streams().createFile(at(path)).overwrite(false).syncBlock().build()));
  }

  @Override
  public OpenFile openAppend(String path) throws IOException {
    if (!exists(path)) {
      try {
        return createNew(path);
      } catch (FileAlreadyExistsException e) {
        // Made meanwhile, or by a first try whose answer was lost: there is something to add to.
        return append(path);
      }
    }
    return append(path);
  }

  private OpenFile append(String path) throws IOException {
    return HdfsCalls.repeat(
        path,
        () -> {
          try {
            return new HdfsFile(path, openForAppend(path));
          } catch (RemoteException e) {
            if (!HELD.contains(e.getClassName())) {
              throw e;
            }
          }
          recoverLease(path);
          return new HdfsFile(path, openForAppend(path));
        });
  }

  private FSDataOutputStream openForAppend(String path) throws IOException {
    EnumSet<CreateFlag> flags = EnumSet.of(CreateFlag.APPEND, CreateFlag.SYNC_BLOCK);
    return client.streams().append(at(path), flags, BUFFER_BYTES, null);
  }

  /** Takes a file from a writer that is gone; it then holds all that was synced. */
  private void recoverLease(String path) throws IOException {
    long end = System.nanoTime() + LEASE_RECOVERY.toNanos();
    while (!client.calls().recoverLease(at(path))) {
      if (System.nanoTime() - end > 0) {
        throw new IOException(
            path
                + ": its earlier writer still holds it after "
                + LEASE_RECOVERY.toSeconds()
                + " s");
      }
      HdfsCalls.sleep(path, LEASE_POLL_MILLIS);
    }
  }

  @Override
  public ObjectReader open(String path) throws IOException {
    return HdfsReader.open(client.calls(), at(path), path);
  }

  @Override
  public List<Entry> list(String path, String beginning) throws IOException {
    PathFilter wanted = file -> file.getName().startsWith(beginning);
    FileStatus[] found = HdfsCalls.repeat(path, () -> client.calls().listStatus(at(path), wanted));
    return Arrays.stream(found).map(HdfsTree::entry).toList();
  }

  private static Entry entry(FileStatus status) {
    return new Entry(
        status.getPath().getName(),
        status.isDirectory(),
        status.getLen(),
        Instant.ofEpochMilli(status.getModificationTime()));
  }

  @Override
  public boolean exists(String path) throws IOException {
    try {
      HdfsCalls.repeat(path, () -> client.calls().getFileStatus(at(path)));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    HdfsCalls.repeat(path, () -> client.calls().mkdir(at(path), FsPermission.getDirDefault()));
  }

  @Override
  public void publish(String source, String target) throws IOException {
    rename(source, target, Options.Rename.NONE);
  }

  @Override
  public void rename(String source, String target) throws IOException {
    rename(source, target, Options.Rename.OVERWRITE);
  }

  private void rename(String source, String target, Options.Rename option) throws IOException {
    HdfsCalls.rename(
        target,
        () -> {
          client.calls().rename(at(source), at(target), option);
          return null;
        });
  }

  @Override
  public void remove(String path) throws IOException {
    if (!HdfsCalls.repeat(path, () -> client.calls().delete(at(path), false))) {
      throw new NoSuchFileException(path);
    }
  }

  /** The NameNode has written a change of names to its log before it answers. */
  @Override
  public void syncDirectory(String path) {
    // Nothing is left to do.
  }
}
