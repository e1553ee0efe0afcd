package io.holdfast.storage.parity;

import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.ObjectOpener;
import io.holdfast.storage.store.ObjectReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The shard files of one checkpoint, all or all but one, open to be read side by side. */
final class ShardFiles implements Closeable {

  /** None is left out. */
  private static final int NONE = -1;

  private final BundleFiles files;
  private final int shards;
  private final Map<Integer, ObjectReader> readers = new TreeMap<>();

  private ShardFiles(BundleFiles files, int shards) {
    this.files = files;
    this.shards = shards;
  }

  static ShardFiles open(BundleFiles files, int shards, ObjectOpener objects)
      throws IOException, DamagedCheckpointException {
    return openAllBut(NONE, files, shards, objects);
  }

  static ShardFiles openAllBut(int missing, BundleFiles files, int shards, ObjectOpener objects)
      throws IOException, DamagedCheckpointException {
    ShardFiles all = new ShardFiles(files, shards);
    try {
      for (int shard = 0; shard < shards; shard++) {
        if (shard != missing) {
          all.readers.put(shard, objects.open(files.shard(shard, shards)));
        }
      }
      return all;
    } catch (NoSuchFileException | FileNotFoundException e) {
      all.close();
      throw new DamagedCheckpointException(files.prefix(), "has no shard file " + e.getMessage());
    } catch (IOException e) {
      all.close();
      throw e;
    }
  }

  /** Bytes of each open file, in order of number. */
  List<Long> lengths() throws IOException {
    List<Long> lengths = new ArrayList<>();
    for (ObjectReader reader : readers.values()) {
      lengths.add(reader.length());
    }
    return lengths;
  }

  /** Adds a chunk of each open file, as far as the file goes. */
  void addTo(Xor xor, long position) throws IOException, DamagedCheckpointException {
    for (Map.Entry<Integer, ObjectReader> shard : readers.entrySet()) {
      long left = shard.getValue().length() - position;
      if (left <= 0) {
        continue;
      }
      int count = (int) Math.min(ParityHeader.CHUNK_BYTES, left);
      try {
        shard.getValue().readFully(position, xor.block(count));
      } catch (EOFException e) {
        String name = files.shard(shard.getKey(), shards);
        throw new DamagedCheckpointException(name, "became shorter while it was read");
      }
      xor.add(count);
    }
  }

  @Override
  public void close() throws IOException {
    for (ObjectReader reader : readers.values()) {
      reader.close();
    }
  }
}
