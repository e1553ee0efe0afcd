package io.holdfast.storage.store;

import java.io.IOException;
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
  static final class Inode {
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
  record NameChange(Inode directory, String leaf, Inode now) {
    boolean concerns(NameChange other) {
      return directory == other.directory && leaf.equals(other.leaf);
    }
  }

  private final SplittableRandom random;
  private final InstantSource clock;
  private final Inode root;

  /** Changes not yet durable, oldest first; each is atomic. */
  private final List<List<NameChange>> pending = new ArrayList<>();

  private final List<MemoryProcess> processes = new ArrayList<>();

  MemoryDisk(long seed, InstantSource clock) {
    this.random = new SplittableRandom(seed);
    this.clock = clock;
    this.root = new Inode(true, clock.instant());
  }

  synchronized MemoryProcess process(String name, FaultPlan plan) {
    MemoryProcess process = new MemoryProcess(this, name, plan);
    processes.add(process);
    return process;
  }

  synchronized void crash() {
    processes.forEach(MemoryProcess::kill);
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

  Inode find(String path) throws IOException {
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

  void change(List<NameChange> changes) {
    for (NameChange change : changes) {
      put(change.directory().names, change);
    }
    pending.add(changes);
  }

  /** Makes durable what touches a directory, and whatever earlier change of the same names. */
  void sync(Inode directory) {
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

  Instant now() {
    return clock.instant();
  }

  int random(int bound) {
    return random.nextInt(bound);
  }

  static String leaf(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
