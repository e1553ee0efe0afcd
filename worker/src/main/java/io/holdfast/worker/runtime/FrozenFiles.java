package io.holdfast.worker.runtime;

import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.worker.protocol.WorkerEffect.WriteShards;
import io.holdfast.worker.protocol.WorkerEvent.ShardFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of frozen slices that this worker made for checkpoints of its job. Such slices never
 * change, so a later checkpoint's file can be a second name of an earlier one's bytes, where the
 * store has second names. One copy serves fewer checkpoints than retention keeps of the newest, so
 * that one bad sector never hits all of these. For one thread at a time.
 */
final class FrozenFiles {
  /** Checkpoints whose files are remembered; more than may wait to be read back at once. */
  private static final int REMEMBERED = 64;

  private final ObjectStore store;
  private final int mostUses;
  private final Map<String, Made> made =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Made> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** Bytes on the disk, and for how many checkpoints they stand. */
  private static final class Copy {
    private int uses = 1;
  }

  /** The file of a checkpoint. */
  private record Made(String name, List<Integer> groups, ShardFile file, Copy copy) {}

  /**
   * @param maxToKeep how many of the newest checkpoints retention keeps
   */
  FrozenFiles(ObjectStore store, int maxToKeep) {
    this.store = store;
    this.mostUses = Math.max(1, maxToKeep - 1);
  }

  /**
   * Makes the order's file of frozen slices by a link to that of a checkpoint which was read back.
   * Empty if it must be written: there is none with the same slices, it is gone, its copy serves
   * enough checkpoints already, or the store has no links.
   *
   * @param groups the frozen ones among the order's
   */
  Optional<ShardFile> link(WriteShards order, List<Integer> groups) throws IOException {
    Made base = made.get(order.linkable());
    if (base == null || !base.groups().equals(groups) || base.copy().uses >= mostUses) {
      return Optional.empty();
    }
    if (!link(base.name(), name(order))) {
      return Optional.empty();
    }
    base.copy().uses++;
    ShardFile file =
        new ShardFile(order.frozenShard(), base.file().lengthBytes(), base.file().pieces());
    made.put(order.prefix(), new Made(name(order), groups, file, base.copy()));
    return Optional.of(file);
  }

  private boolean link(String source, String target) throws IOException {
    try {
      return store.link(source, target);
    } catch (NoSuchFileException e) {
      // Retention, or an operator, was faster: its bytes may be gone with its name.
      return false;
    }
  }

  /** The order's file of frozen slices was written anew. */
  void written(WriteShards order, List<Integer> groups, ShardFile file) {
    made.put(order.prefix(), new Made(name(order), groups, file, new Copy()));
  }

  private static String name(WriteShards order) {
    return new BundleFiles(order.prefix()).shard(order.frozenShard(), order.numShards());
  }
}
