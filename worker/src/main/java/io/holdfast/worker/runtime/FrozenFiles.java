package io.holdfast.worker.runtime;

import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.protocol.CoordinatorMessage.ShardOrder;
import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.store.ObjectInfo;
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
 * The files of frozen slices that this worker made for checkpoints of its job, or found in the one
 * that it loaded. Such slices never change, so a later checkpoint's file can be a second name of an
 * earlier one's bytes, where the store has second names, or a copy that the server makes. One
 * writing serves fewer checkpoints than retention keeps of the newest, so that one bad sector never
 * hits all of these. Safe for use by several threads.
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
    private int uses;

    Copy(int uses) {
      this.uses = uses;
    }
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
   * @param frozen the one of the order's files that is to hold them
   */
  synchronized Optional<ShardFile> link(WriteShards order, ShardOrder frozen) throws IOException {
    Made base = made.get(order.linkable());
    List<Integer> groups = frozen.groups();
    if (base == null || !base.groups().equals(groups) || base.copy().uses >= mostUses) {
      return Optional.empty();
    }
    String name = name(order, frozen);
    if (!link(base.name(), name)) {
      return Optional.empty();
    }
    base.copy().uses++;
    ShardFile file = new ShardFile(frozen.shard(), base.file().lengthBytes(), base.file().pieces());
    made.put(order.prefix(), new Made(name, groups, file, base.copy()));
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

  /**
   * A checkpoint was loaded, and each byte of its frozen slices read and checked. Its file of them
   * is as good as one that was made here, if it holds this worker's and no others, and if the store
   * tells how many checkpoints have its bytes by now.
   *
   * @param owned what this worker writes from now on
   */
  synchronized void loaded(
      BundleFiles checkpoint, BundleIndex index, SlicePlan slices, List<SliceGroup> owned)
      throws IOException {
    List<SliceGroup> frozen =
        owned.stream().filter(group -> group.value().variable().frozen()).toList();
    if (frozen.isEmpty() || made.containsKey(checkpoint.prefix())) {
      return;
    }
    Optional<ShardFile> found = new FrozenFileSearch(index, slices).find(frozen);
    if (found.isEmpty()) {
      return;
    }
    String name = checkpoint.shard(found.get().shard(), index.shards());
    List<Integer> groups = frozen.stream().map(SliceGroup::index).toList();
    int uses = uses(name, found.get().lengthBytes());
    if (uses > 0) {
      made.put(checkpoint.prefix(), new Made(name, groups, found.get(), new Copy(uses)));
    }
  }

  /** How many names a file's bytes have; 0 if that cannot be told, or it is not that long. */
  private int uses(String name, long length) throws IOException {
    List<ObjectInfo> all = store.list("");
    Object identity =
        all.stream()
            .filter(object -> object.name().equals(name) && object.length() == length)
            .map(ObjectInfo::identity)
            .findFirst()
            .orElse(name);
    return identity.equals(name)
        ? 0
        : (int) all.stream().filter(object -> object.identity().equals(identity)).count();
  }

  /** The order's file of frozen slices was written anew. */
  synchronized void written(WriteShards order, ShardOrder frozen, ShardFile file) {
    made.put(order.prefix(), new Made(name(order, frozen), frozen.groups(), file, new Copy(1)));
  }

  private static String name(WriteShards order, ShardOrder file) {
    return new BundleFiles(order.prefix()).shard(file.shard(), order.numShards());
  }
}
