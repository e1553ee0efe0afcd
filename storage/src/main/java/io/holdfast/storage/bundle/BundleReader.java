package io.holdfast.storage.bundle;

import io.holdfast.storage.store.ObjectReader;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * Reads the tensors of one checkpoint, written by this program or by any TensorFlow. Bytes that
 * fail their checksum are never returned. Shard files are opened when first needed and stay open
 * until {@link #close}. Safe for use by several threads.
 *
 * <p>All methods that read throw {@link DamagedCheckpointException} for bytes that are not what was
 * written, and {@link IOException} if the bytes cannot be had.
 */
public final class BundleReader implements Closeable {

  /** Strings of one tensor that are read into memory at most. */
  public static final int MAX_STRINGS = 1 << 22;

  /** Bytes of one string tensor that are read into memory at most. */
  public static final int MAX_STRING_BYTES = 256 << 20;

  private final BundleFiles files;
  private final BundleIndex index;
  private final ObjectOpener objects;
  private final Map<Integer, ShardReader> shards = new HashMap<>();

  /** Reads the checkpoint that has {@code index}, which was read before. */
  public BundleReader(BundleFiles files, BundleIndex index, ObjectOpener objects) {
    this.files = files;
    this.index = index;
    this.objects = objects;
  }

  /** Reads the checkpoint's index and checks it. */
  public static BundleReader open(BundleFiles files, ObjectOpener objects)
      throws IOException, DamagedCheckpointException {
    byte[] bytes = readIndex(files, objects);
    return new BundleReader(files, BundleIndex.parse(files.index(), bytes), objects);
  }

  /** The bytes of the checkpoint's index file, unchecked but of a bounded length. */
  public static byte[] readIndex(BundleFiles files, ObjectOpener objects)
      throws IOException, DamagedCheckpointException {
    try (ObjectReader object = objects.open(files.index())) {
      long length = object.length();
      if (length > BundleIndex.MAX_INDEX_BYTES) {
        throw new DamagedCheckpointException(files.index(), "has " + length + " bytes, too many");
      }
      byte[] bytes = new byte[(int) length];
      object.readFully(0, ByteBuffer.wrap(bytes));
      return bytes;
    }
  }

  public BundleFiles files() {
    return files;
  }

  public BundleIndex index() {
    return index;
  }

  /** The bytes of a whole tensor in row-major order, little endian, in a new heap buffer. */
  public ByteBuffer read(String name) throws IOException, DamagedCheckpointException {
    BundleEntry entry = require(name);
    long size = entry.shape().elements() * entry.dtype().bytes();
    for (StoredSlice piece : entry.pieces()) {
      // Before anything is allocated: the index may claim more than the file has.
      shard(piece.shard()).requireInside(piece, described(entry, piece));
    }
    ByteBuffer target = ByteBuffer.allocate(bufferSize(name, size));
    read(name, TensorSlice.full(entry.shape().rank()), target);
    return target.flip().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Reads one block of a tensor, row-major and little endian, into {@code target} from its position
   * to its limit, which must be the block's size apart. Stored pieces that share nothing with the
   * block are not read; those that do are read whole, since only so their checksum can be checked.
   */
  public void read(String name, TensorSlice wanted, ByteBuffer target)
      throws IOException, DamagedCheckpointException {
    BundleEntry entry = require(name);
    if (!entry.dtype().hasFixedSize()) {
      throw new IllegalArgumentException("\"" + name + "\" has " + entry.dtype() + " elements");
    }
    long size = wanted.shapeIn(entry.shape()).elements() * entry.dtype().bytes();
    if (target.remaining() != size) {
      throw new IllegalArgumentException(
          "room for " + target.remaining() + " bytes where \"" + name + "\" has " + size);
    }
    for (StoredSlice piece : entry.pieces()) {
      copy(entry, piece, wanted, target);
    }
    if (index.bigEndian()) {
      reverseNumbers(target, entry.dtype().numberBytes());
    }
    target.position(target.limit());
  }

  private void copy(BundleEntry entry, StoredSlice piece, TensorSlice wanted, ByteBuffer target)
      throws IOException, DamagedCheckpointException {
    SliceCopy copy =
        SliceCopy.between(entry.shape(), piece.slice(), wanted, entry.dtype().bytes(), target);
    if (copy.isEmpty()) {
      return;
    }
    ShardReader shard = shard(piece.shard());
    if (copy.isWhole(piece.size())) {
      shard.read(piece, described(entry, piece), copy.wholeTarget());
      return;
    }
    shard.stream(piece, described(entry, piece), copy);
  }

  /** The elements of a string tensor in row-major order. */
  public List<byte[]> readStrings(String name) throws IOException, DamagedCheckpointException {
    BundleEntry entry = require(name);
    if (entry.dtype() != DataType.STRING || entry.isPartitioned()) {
      throw new IllegalArgumentException("\"" + name + "\" is no string tensor stored whole");
    }
    StoredSlice piece = entry.pieces().get(0);
    long count = entry.shape().elements();
    shard(piece.shard()).requireInside(piece, described(entry, piece));
    if (count > MAX_STRINGS || piece.size() > MAX_STRING_BYTES) {
      throw new IllegalArgumentException(
          "\"" + name + "\" has " + count + " strings in " + piece.size() + " bytes, too many");
    }
    return StringTensor.read(shard(piece.shard()), piece, described(entry, piece), (int) count);
  }

  /** The one string of a scalar string tensor, decoded as UTF-8. */
  public String readString(String name) throws IOException, DamagedCheckpointException {
    List<byte[]> strings = readStrings(name);
    if (strings.size() != 1) {
      throw new IllegalArgumentException("\"" + name + "\" has " + strings.size() + " strings");
    }
    return new String(strings.get(0), StandardCharsets.UTF_8);
  }

  /** What is done with each stored piece. */
  @FunctionalInterface
  public interface PieceVisitor {
    void visit(BundleEntry entry, StoredSlice piece) throws IOException, DamagedCheckpointException;
  }

  /**
   * Visits all stored pieces, shard file by shard file in the order of their bytes; so a source
   * that can only be read forward can be read whole.
   *
   * @throws DamagedCheckpointException also for bytes of a shard file that belong to no piece
   */
  public void forEachPiece(PieceVisitor visitor) throws IOException, DamagedCheckpointException {
    for (var shard : ShardLayout.of(index.entries().values()).entrySet()) {
      long end = 0;
      for (ShardLayout.Placed placed : shard.getValue()) {
        if (placed.piece().offset() != end) {
          throw shard(shard.getKey()).damage("has bytes of no tensor before " + placed.described());
        }
        visitor.visit(placed.entry(), placed.piece());
        end = placed.piece().end();
      }
      if (shard(shard.getKey()).length() != end) {
        throw shard(shard.getKey()).damage("has bytes behind the last tensor");
      }
    }
  }

  /** Reads one stored piece, of any size in bounded memory, for its checksum alone. */
  public void check(BundleEntry entry, StoredSlice piece)
      throws IOException, DamagedCheckpointException {
    if (entry.dtype() == DataType.STRING) {
      long count = piece.slice().shapeIn(entry.shape()).elements();
      StringTensor.check(shard(piece.shard()), piece, described(entry, piece), count);
    } else {
      stream(entry, piece, (offset, part) -> {});
    }
  }

  /** Passes the bytes of one stored piece of fixed-size elements through a sink. */
  void stream(BundleEntry entry, StoredSlice piece, ShardReader.Sink sink)
      throws IOException, DamagedCheckpointException {
    shard(piece.shard()).stream(piece, described(entry, piece), sink);
  }

  private BundleEntry require(String name) {
    return index
        .entry(name)
        .orElseThrow(
            () -> new NoSuchElementException("\"" + name + "\" is not in " + files.prefix()));
  }

  private static int bufferSize(String name, long size) {
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "\"" + name + "\" has " + size + " bytes and must be read in slices");
    }
    return (int) size;
  }

  static String described(BundleEntry entry, StoredSlice piece) {
    return new ShardLayout.Placed(entry, piece).described();
  }

  /**
   * The open shard file.
   *
   * @throws DamagedCheckpointException if it does not exist
   */
  synchronized ShardReader shard(int shard) throws IOException, DamagedCheckpointException {
    ShardReader open = shards.get(shard);
    if (open != null) {
      return open;
    }
    String name = files.shard(shard, index.shards());
    try {
      ObjectReader object = objects.open(name);
      ShardReader opened = new ShardReader(name, object);
      shards.put(shard, opened);
      return opened;
    } catch (NoSuchFileException | FileNotFoundException e) {
      throw new DamagedCheckpointException(name, "is missing");
    }
  }

  private static void reverseNumbers(ByteBuffer target, int numberBytes) {
    for (int at = target.position(); at < target.limit(); at += numberBytes) {
      for (int low = 0, high = numberBytes - 1; low < high; low++, high--) {
        byte swapped = target.get(at + low);
        target.put(at + low, target.get(at + high));
        target.put(at + high, swapped);
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    IOException failure = null;
    for (ShardReader shard : shards.values()) {
      try {
        shard.close();
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    shards.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
