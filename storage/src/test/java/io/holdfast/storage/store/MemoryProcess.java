package io.holdfast.storage.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** One process's calls; each is atomic and may be hit by a fault. */
final class MemoryProcess implements FileTree {
  private final MemoryDisk disk;
  private final String name;
  private FaultPlan plan;
  private long calls;
  private boolean alive = true;

  MemoryProcess(MemoryDisk disk, String name, FaultPlan plan) {
    this.disk = disk;
    this.name = name;
    this.plan = plan;
  }

  long calls() {
    synchronized (disk) {
      return calls;
    }
  }

  void plan(FaultPlan next) {
    synchronized (disk) {
      plan = next;
    }
  }

  void kill() {
    synchronized (disk) {
      alive = false;
    }
  }

  boolean isAlive() {
    synchronized (disk) {
      return alive;
    }
  }

  /** What a call does when no fault is in its way. */
  private interface Action<T> {
    T run() throws IOException;
  }

  private <T> T call(String operation, String path, Action<T> action) throws IOException {
    FaultPlan.Call call;
    FaultPlan current;
    synchronized (disk) {
      requireAlive();
      call = new FaultPlan.Call(calls++, operation, path);
      current = plan;
    }
    // Outside the lock: the plan may block, or let others act, before this call takes effect.
    Fault fault = current.at(call);
    synchronized (disk) {
      requireAlive();
      if (fault == Fault.NONE) {
        return action.run();
      }
      if (fault.isAfter()) {
        action.run();
      }
      return strike(fault, operation + " " + path);
    }
  }

  private <T> T strike(Fault fault, String what) throws IOException {
    switch (fault) {
      case KILL_BEFORE, KILL_AFTER -> kill();
      case POWER_LOSS_BEFORE, POWER_LOSS_AFTER -> disk.crash();
      case NO_SPACE -> throw new IOException("No space left on device: " + what);
      case ERROR, ERROR_AFTER -> throw new IOException("Input/output error: " + what);
      case NONE -> throw new IllegalStateException("no fault");
    }
    throw new ProcessKilledException(name);
  }

  private void requireAlive() {
    if (!alive) {
      throw new ProcessKilledException(name);
    }
  }

  @Override
  public OpenFile createNew(String path) throws IOException {
    return call("create", path, () -> new File(path, add(path, true)));
  }

  @Override
  public OpenFile openAppend(String path) throws IOException {
    return call("create", path, () -> new File(path, add(path, false)));
  }

  private MemoryDisk.Inode add(String path, boolean exclusive) throws IOException {
    MemoryDisk.Inode directory = disk.find(ObjectNames.parent(path));
    MemoryDisk.Inode there = directory.names.get(MemoryDisk.leaf(path));
    if (there != null && exclusive) {
      throw new FileAlreadyExistsException(path);
    }
    if (there != null) {
      return there;
    }
    MemoryDisk.Inode file = new MemoryDisk.Inode(false, disk.now());
    disk.change(List.of(new MemoryDisk.NameChange(directory, MemoryDisk.leaf(path), file)));
    return file;
  }

  @Override
  public ObjectReader open(String path) throws IOException {
    return call(
        "open",
        path,
        () -> {
          MemoryDisk.Inode file = disk.find(path);
          if (file.isDirectory) {
            throw new IOException("Is a directory: " + path);
          }
          return new Reader(path, file);
        });
  }

  @Override
  public List<Entry> list(String path, String beginning) throws IOException {
    return call(
        "list",
        path,
        () ->
            disk.find(path).names.entrySet().stream()
                .filter(e -> e.getKey().startsWith(beginning))
                .map(
                    e ->
                        new Entry(
                            e.getKey(),
                            e.getValue().isDirectory,
                            e.getValue().bytes.length,
                            e.getValue().modified,
                            Optional.of(e.getValue())))
                .toList());
  }

  @Override
  public boolean exists(String path) throws IOException {
    return call(
        "exists",
        path,
        () -> {
          try {
            disk.find(path);
            return true;
          } catch (NoSuchFileException e) {
            return false;
          }
        });
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    call(
        "makeDirectory",
        path,
        () -> {
          MemoryDisk.Inode parent = disk.find(ObjectNames.parent(path));
          if (!parent.names.containsKey(MemoryDisk.leaf(path))) {
            MemoryDisk.Inode directory = new MemoryDisk.Inode(true, disk.now());
            disk.change(
                List.of(new MemoryDisk.NameChange(parent, MemoryDisk.leaf(path), directory)));
          }
          return null;
        });
  }

  @Override
  public void publish(String source, String target) throws IOException {
    call(
        "link",
        source + " -> " + target,
        () -> {
          MemoryDisk.Inode file = disk.find(source);
          MemoryDisk.Inode directory = disk.find(ObjectNames.parent(target));
          if (directory.names.containsKey(MemoryDisk.leaf(target))) {
            throw new FileAlreadyExistsException(target);
          }
          disk.change(List.of(new MemoryDisk.NameChange(directory, MemoryDisk.leaf(target), file)));
          return null;
        });
  }

  @Override
  public boolean link(String source, String target) throws IOException {
    publish(source, target);
    return true;
  }

  @Override
  public void rename(String source, String target) throws IOException {
    call(
        "rename",
        source + " -> " + target,
        () -> {
          MemoryDisk.Inode inode = disk.find(source);
          MemoryDisk.Inode to = disk.find(ObjectNames.parent(target));
          MemoryDisk.Inode there = to.names.get(MemoryDisk.leaf(target));
          if (there != null && there.isDirectory && !there.names.isEmpty()) {
            throw new DirectoryNotEmptyException(target);
          }
          disk.change(
              List.of(
                  new MemoryDisk.NameChange(
                      disk.find(ObjectNames.parent(source)), MemoryDisk.leaf(source), null),
                  new MemoryDisk.NameChange(to, MemoryDisk.leaf(target), inode)));
          return null;
        });
  }

  @Override
  public void remove(String path) throws IOException {
    call(
        "remove",
        path,
        () -> {
          MemoryDisk.Inode inode = disk.find(path);
          if (!inode.names.isEmpty()) {
            throw new DirectoryNotEmptyException(path);
          }
          disk.change(
              List.of(
                  new MemoryDisk.NameChange(
                      disk.find(ObjectNames.parent(path)), MemoryDisk.leaf(path), null)));
          return null;
        });
  }

  @Override
  public void syncDirectory(String path) throws IOException {
    call(
        "syncDirectory",
        path,
        () -> {
          disk.sync(disk.find(path));
          return null;
        });
  }

  private final class File implements OpenFile {
    private final String path;
    private final MemoryDisk.Inode inode;

    File(String path, MemoryDisk.Inode inode) {
      this.path = path;
      this.inode = inode;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      byte[] added = new byte[source.remaining()];
      source.get(added);
      try {
        call("write", path, () -> append(added, added.length));
      } catch (IOException | ProcessKilledException e) {
        tear(added, e);
        throw e;
      }
    }

    private Void append(byte[] added, int count) {
      byte[] bytes = Arrays.copyOf(inode.bytes, inode.bytes.length + count);
      System.arraycopy(added, 0, bytes, inode.bytes.length, count);
      inode.bytes = bytes;
      inode.modified = disk.now();
      return null;
    }

    /** A write cut short by a full disk has stored some of its bytes. */
    private void tear(byte[] added, Exception cause) {
      synchronized (disk) {
        if (alive && cause.getMessage().startsWith("No space")) {
          append(added, disk.random(added.length + 1));
        }
      }
    }

    @Override
    public void force() throws IOException {
      call(
          "force",
          path,
          () -> {
            inode.durableBytes = inode.bytes;
            return null;
          });
    }

    @Override
    public long length() {
      synchronized (disk) {
        requireAlive();
        return inode.bytes.length;
      }
    }

    @Override
    public void close() {
      // Closing neither syncs nor fails.
    }
  }

  private final class Reader implements ObjectReader {
    private final String path;
    private final MemoryDisk.Inode inode;

    Reader(String path, MemoryDisk.Inode inode) {
      this.path = path;
      this.inode = inode;
    }

    @Override
    public long length() {
      synchronized (disk) {
        requireAlive();
        return inode.bytes.length;
      }
    }

    @Override
    public void readFully(long position, ByteBuffer target) throws IOException {
      call(
          "read",
          path,
          () -> {
            if (position + target.remaining() > inode.bytes.length) {
              throw new EOFException(path + " ends at byte " + inode.bytes.length);
            }
            target.put(inode.bytes, (int) position, target.remaining());
            return null;
          });
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
