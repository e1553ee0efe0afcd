package io.holdfast.storage.store;

import java.net.URI;
import java.time.InstantSource;

/**
 * A run directory in memory, shared by any number of clients (simulated processes), whose disk
 * forgets and fails as real ones may. The clients run the very protocol of {@link FileTreeStore};
 * only the file system below it is simulated. Everything random follows from the seed.
 *
 * <p>A power loss keeps what was forced or whose directory was synced, and of the rest anything:
 * each name change on its own (in order where they concern one name), a prefix of each file's
 * bytes, garbage behind it.
 */
public final class FaultyStore {
  private final MemoryDisk disk;

  /**
   * An empty store.
   *
   * @param seed of all that is random
   * @param clock gives the times of files
   */
  public FaultyStore(long seed, InstantSource clock) {
    this.disk = new MemoryDisk(seed, clock);
  }

  /** A process with its own view of the store; names are for messages. */
  public Client connect(String name) {
    return new Client(name, FaultPlan.NONE);
  }

  /** A process whose calls meet with faults. */
  public Client connect(String name, FaultPlan plan) {
    return new Client(name, plan);
  }

  /** All machines lose power: all clients die, and what was not synced is lost, kept or torn. */
  public void crash() {
    disk.crash();
  }

  /** Removes a directory with all in it, as a user does with rm -r. */
  public void removeTree(String directory) {
    disk.removeTree(directory);
  }

  /** Overwrites one byte, as a failing disk does: {@code byte ^= mask}. */
  public void flip(String name, long position, int mask) {
    disk.flip(name, position, mask);
  }

  /** One simulated process. */
  public final class Client {
    private final MemoryProcess process;
    private final FileTreeStore store;

    private Client(String name, FaultPlan plan) {
      this.process = disk.process(name, plan);
      this.store = new FileTreeStore(URI.create("memory:/" + name), process);
    }

    /** The store as this process sees it; throws ProcessKilledException once it is dead. */
    public ObjectStore store() {
      return store;
    }

    /** Calls made to the file system so far. */
    public long calls() {
      return process.calls();
    }

    /** Faults from now on; calls go on being counted. */
    public void plan(FaultPlan plan) {
      process.plan(plan);
    }

    /** kill -9: what it wrote stays in the page cache. */
    public void kill() {
      process.kill();
    }

    public boolean isAlive() {
      return process.isAlive();
    }
  }
}
