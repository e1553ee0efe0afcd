package io.holdfast.storage.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * The file system of a {@link FaultyStore}: what is in the page cache, and what is on the platter.
 */
final class MemoryDisk {

  /** A file or directory. */
  private static final class Inode {
    final boolean isDirectory;
    final TreeMap<String, Inode> names = new TreeMap<>();
    final TreeMap<String, Inode> durableNames = new TreeMap<>();
    byte[] bytes = new byte[0];
    byte[] durableBytes = new byte[0];
    Instant modified;

    Inode(boolean isDirectory, Instant modified) {
      this.isDirectory = isDirectory;
      this.modified = modified;
    }
  }

  /** One name of a directory set to an inode, or to none. */
  private record NameChange(Inode directory, String leaf, Inode now) {
    boolean concerns(NameChange other) {
      return directory == other.directory && leaf.equals(other.leaf);
    }
  }

  private final SplittableRandom random;
  private final InstantSource clock;
  private final Inode root;

  /** Changes not yet durable, oldest first; each is atomic. */
  private final List<List<NameChange>> pending = new ArrayList<>();

  private final List<Process> processes = new ArrayList<>();

  MemoryDisk(long seed, InstantSource clock) {
    this.random = new SplittableRandom(seed);
    this.clock = clock;
    this.root = new Inode(true, clock.instant());
  }

  synchronized Process process(String name, FaultPlan plan) {
    Process process = new Process(name, plan);
    processes.add(process);
    return process;
  }

  synchronized void crash() {
    processes.forEach(Process::kill);
    List<List<NameChange>> lost = new ArrayList<>();
    for (List<NameChange> change : pending) {
      boolean possible = lost.stream().noneMatch(earlier -> conflict(earlier, change));
      if (possible && random.nextBoolean()) {
        apply(change);
      } else {
        lost.add(change);
      }
    }
    pending.clear();
    settle(root, new HashSet<>());
  }

  synchronized void removeTree(String path) {
    try {
      Inode directory = find(ObjectNames.parent(path));
      change(List.of(new NameChange(directory, leaf(path), null)));
      sync(directory);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  synchronized void flip(String path, long position, int mask) {
    try {
      Inode file = find(path);
      file.bytes = file.bytes.clone();
      file.bytes[(int) position] ^= (byte) mask;
      file.durableBytes = file.bytes;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean conflict(List<NameChange> a, List<NameChange> b) {
    return a.stream().anyMatch(x -> b.stream().anyMatch(x::concerns));
  }

  private static void apply(List<NameChange> changes) {
    for (NameChange change : changes) {
      put(change.directory().durableNames, change);
    }
  }

  private static void put(Map<String, Inode> names, NameChange change) {
    if (change.now() == null) {
      names.remove(change.leaf());
    } else {
      names.put(change.leaf(), change.now());
    }
  }

  private void settle(Inode inode, Set<Inode> seen) {
    if (!seen.add(inode)) {
      return;
    }
    if (!inode.isDirectory) {
      inode.bytes = torn(inode);
      inode.durableBytes = inode.bytes;
      return;
    }
    inode.names.clear();
    inode.names.putAll(inode.durableNames);
    inode.names.values().forEach(child -> settle(child, seen));
  }

  private byte[] torn(Inode file) {
    int unsynced = file.bytes.length - file.durableBytes.length;
    if (unsynced <= 0) {
      return file.durableBytes;
    }
    byte[] left =
        Arrays.copyOf(file.bytes, file.durableBytes.length + random.nextInt(unsynced + 1));
    if (left.length > file.durableBytes.length && random.nextBoolean()) {
      int at = file.durableBytes.length;
      left[at + random.nextInt(left.length - at)] ^= (byte) (1 + random.nextInt(255));
    }
    return left;
  }

  private Inode find(String path) throws IOException {
    Inode inode = root;
    if (path.isEmpty()) {
      return inode;
    }
    for (String part : path.split("/", -1)) {
      inode = inode.names.get(part);
      if (inode == null) {
        throw new NoSuchFileException(path);
      }
    }
    return inode;
  }

  private void change(List<NameChange> changes) {
    for (NameChange change : changes) {
      put(change.directory().names, change);
    }
    pending.add(changes);
  }

  /** Makes durable what touches a directory, and whatever earlier change of the same names. */
  private void sync(Inode directory) {
    List<List<NameChange>> wanted = new ArrayList<>();
    for (int i = pending.size() - 1; i >= 0; i--) {
      List<NameChange> change = pending.get(i);
      boolean touches = change.stream().anyMatch(c -> c.directory() == directory);
      if (touches || wanted.stream().anyMatch(later -> conflict(change, later))) {
        wanted.add(0, change);
      }
    }
    wanted.forEach(MemoryDisk::apply);
    pending.removeIf(change -> wanted.stream().anyMatch(w -> w == change));
  }

  private static String leaf(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** One process's calls; each is atomic and may be hit by a fault. */
  final class Process implements PosixDisk {
    private final String name;
    private FaultPlan plan;
    private long calls;
    private boolean alive = true;

    private Process(String name, FaultPlan plan) {
      this.name = name;
      this.plan = plan;
    }

    long calls() {
      synchronized (MemoryDisk.this) {
        return calls;
      }
    }

    void plan(FaultPlan next) {
      synchronized (MemoryDisk.this) {
        plan = next;
      }
    }

    void kill() {
      synchronized (MemoryDisk.this) {
        alive = false;
      }
    }

    boolean isAlive() {
      synchronized (MemoryDisk.this) {
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
      synchronized (MemoryDisk.this) {
        requireAlive();
        call = new FaultPlan.Call(calls++, operation, path);
        current = plan;
      }
      // Outside the lock: the plan may block, or let others act, before this call takes effect.
      Fault fault = current.at(call);
      synchronized (MemoryDisk.this) {
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
        case POWER_LOSS_BEFORE, POWER_LOSS_AFTER -> crash();
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

    private Inode add(String path, boolean exclusive) throws IOException {
      Inode directory = find(ObjectNames.parent(path));
      Inode there = directory.names.get(leaf(path));
      if (there != null && exclusive) {
        throw new FileAlreadyExistsException(path);
      }
      if (there != null) {
        return there;
      }
      Inode file = new Inode(false, clock.instant());
      change(List.of(new NameChange(directory, leaf(path), file)));
      return file;
    }

    @Override
    public ObjectReader open(String path) throws IOException {
      return call(
          "open",
          path,
          () -> {
            Inode file = find(path);
            if (file.isDirectory) {
              throw new IOException("Is a directory: " + path);
            }
            return new Reader(path, file);
          });
    }

    @Override
    public List<Entry> list(String path) throws IOException {
      return call(
          "list",
          path,
          () ->
              find(path).names.entrySet().stream()
                  .map(
                      e ->
                          new Entry(
                              e.getKey(),
                              e.getValue().isDirectory,
                              e.getValue().bytes.length,
                              e.getValue().modified))
                  .toList());
    }

    @Override
    public boolean exists(String path) throws IOException {
      return call(
          "exists",
          path,
          () -> {
            try {
              find(path);
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
            Inode parent = find(ObjectNames.parent(path));
            if (!parent.names.containsKey(leaf(path))) {
              Inode directory = new Inode(true, clock.instant());
              change(List.of(new NameChange(parent, leaf(path), directory)));
            }
            return null;
          });
    }

    @Override
    public void link(String source, String target) throws IOException {
      call(
          "link",
          source + " -> " + target,
          () -> {
            Inode file = find(source);
            Inode directory = find(ObjectNames.parent(target));
            if (directory.names.containsKey(leaf(target))) {
              throw new FileAlreadyExistsException(target);
            }
            change(List.of(new NameChange(directory, leaf(target), file)));
            return null;
          });
    }

    @Override
    public void rename(String source, String target) throws IOException {
      call(
          "rename",
          source + " -> " + target,
          () -> {
            Inode inode = find(source);
            Inode to = find(ObjectNames.parent(target));
            Inode there = to.names.get(leaf(target));
            if (there != null && there.isDirectory && !there.names.isEmpty()) {
              throw new DirectoryNotEmptyException(target);
            }
            change(
                List.of(
                    new NameChange(find(ObjectNames.parent(source)), leaf(source), null),
                    new NameChange(to, leaf(target), inode)));
            return null;
          });
    }

    @Override
    public void remove(String path) throws IOException {
      call(
          "remove",
          path,
          () -> {
            Inode inode = find(path);
            if (!inode.names.isEmpty()) {
              throw new DirectoryNotEmptyException(path);
            }
            change(List.of(new NameChange(find(ObjectNames.parent(path)), leaf(path), null)));
            return null;
          });
    }

    @Override
    public void syncDirectory(String path) throws IOException {
      call(
          "syncDirectory",
          path,
          () -> {
            sync(find(path));
            return null;
          });
    }

    private final class File implements OpenFile {
      private final String path;
      private final Inode inode;

      File(String path, Inode inode) {
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
        inode.modified = clock.instant();
        return null;
      }

      /** A write cut short by a full disk has stored some of its bytes. */
      private void tear(byte[] added, Exception cause) {
        synchronized (MemoryDisk.this) {
          if (alive && cause.getMessage().startsWith("No space")) {
            append(added, random.nextInt(added.length + 1));
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
        synchronized (MemoryDisk.this) {
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
      private final Inode inode;

      Reader(String path, Inode inode) {
        this.path = path;
        this.inode = inode;
      }

      @Override
      public long length() {
        synchronized (MemoryDisk.this) {
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
}
