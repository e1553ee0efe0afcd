package io.holdfast.storage.bundle;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.tensorflow.BundleEntryProto;
import io.holdfast.proto.tensorflow.BundleHeaderProto;
import io.holdfast.proto.tensorflow.TensorShapeProto;
import io.holdfast.proto.tensorflow.TensorSliceProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.xerial.snappy.Snappy;

/**
 * Indexes that lie, and whose own checksums are right all the same: what somebody would leave who
 * changes an index and puts every checksum in it right, or who wants to hurt its reader.
 */
public final class ForgedIndex {

  /** What is told wrong. */
  private enum Lie {
    OFFSET,
    SIZE,
    PLACE_OF_ANOTHER,
    SHARD,
    CHECKSUM,
    TYPE,
    DIMENSION,
    MORE_DIMENSIONS,
    SLICE_EXTENT,
    SLICE_TWICE,
    NAME,
    SWAPPED_VALUES,
    DROPPED,
    ADDED,
    SHARD_COUNT,
    VERSION,
    DEEP_GROUPS,
    LONG_FIELD,
    GARBAGE,
    COMPRESSED,
    BOMB,
    HUGE_CLAIM
  }

  private static final Lie[] LIES = Lie.values();
  private static final int BOMB_BYTES = 64 << 20;

  private final Random random;
  private final TreeMap<byte[], byte[]> table = new TreeMap<>(Arrays::compareUnsigned);
  private final List<byte[]> keys;

  private ForgedIndex(byte[] sound, Random random) {
    this.random = random;
    try {
      TableReader.read("index", sound).forEach(entry -> table.put(entry.key(), entry.value()));
    } catch (DamagedCheckpointException e) {
      throw new IllegalArgumentException(e);
    }
    this.keys = new ArrayList<>(table.keySet());
  }

  /**
   * A forged index.
   *
   * @param how what it lies about
   * @param bytes of the index file
   */
  public record Forgery(String how, byte[] bytes) {}

  /** A forgery of a sound index. */
  public static Forgery of(byte[] sound, Random random) {
    Lie lie = LIES[random.nextInt(LIES.length)];
    try {
      return new Forgery(lie.name(), new ForgedIndex(sound, random).forge(lie));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] forge(Lie lie) throws IOException {
    switch (lie) {
      case COMPRESSED -> {
        return compressed(Snappy.compress(block()));
      }
      case BOMB -> {
        return compressed(Snappy.compress(new byte[BOMB_BYTES]));
      }
      case HUGE_CLAIM -> {
        return compressed(claim(interesting(1 << 20)));
      }
      case SHARD_COUNT, VERSION -> lieInHeader(lie);
      case NAME -> rename();
      case SWAPPED_VALUES -> swapValues();
      case DROPPED -> table.remove(anyKey());
      case ADDED -> table.put(changed(anyKey()), table.get(anyKey()));
      case DEEP_GROUPS -> append((byte) 0x7b, 1 + random.nextInt(200_000));
      case LONG_FIELD -> append((byte) 0xff, 1 + random.nextInt(9));
      case GARBAGE -> table.put(anyKey(), changed(table.get(anyKey())));
      default -> lieInEntry(lie);
    }
    return written();
  }

  private byte[] written() {
    TableWriter writer = new TableWriter();
    table.forEach(writer::add);
    return writer.finish();
  }

  private byte[] anyKey() {
    return keys.get(1 + random.nextInt(keys.size() - 1));
  }

  private void lieInHeader(Lie lie) throws InvalidProtocolBufferException {
    BundleHeaderProto.Builder header =
        BundleHeaderProto.parseFrom(table.get(keys.get(0))).toBuilder();
    if (lie == Lie.VERSION) {
      header.getVersionBuilder().setMinConsumer((int) interesting(0));
    } else {
      header.setNumShards((int) interesting(header.getNumShards()));
    }
    table.put(keys.get(0), header.build().toByteArray());
  }

  private void lieInEntry(Lie lie) throws InvalidProtocolBufferException {
    byte[] key = anyKey();
    BundleEntryProto.Builder entry = entry(key);
    switch (lie) {
      case OFFSET -> entry.setOffset(interesting(entry.getOffset()));
      case SIZE -> entry.setSize(interesting(entry.getSize()));
      case SHARD -> entry.setShardId((int) interesting(entry.getShardId()));
      case CHECKSUM -> entry.setCrc32C(random.nextInt());
      case TYPE -> entry.setDtype(random.nextInt(40));
      case DIMENSION -> lieInDimension(entry);
      case MORE_DIMENSIONS -> addDimensions(entry);
      case SLICE_EXTENT -> lieInSlice(entry);
      case SLICE_TWICE -> {
        if (entry.getSlicesCount() > 0) {
          entry.addSlices(entry.getSlices(random.nextInt(entry.getSlicesCount())));
        }
      }
      default -> {
        BundleEntryProto.Builder other = entry(anyKey());
        entry.setShardId(other.getShardId()).setOffset(other.getOffset());
        entry.setSize(other.getSize()).setCrc32C(other.getCrc32C());
      }
    }
    table.put(key, entry.build().toByteArray());
  }

  private BundleEntryProto.Builder entry(byte[] key) throws InvalidProtocolBufferException {
    return BundleEntryProto.parseFrom(table.get(key)).toBuilder();
  }

  private void lieInDimension(BundleEntryProto.Builder entry) {
    TensorShapeProto.Builder shape = entry.getShapeBuilder();
    if (shape.getDimCount() == 0) {
      shape.addDimBuilder().setSize(interesting(1));
      return;
    }
    TensorShapeProto.Dim.Builder dim = shape.getDimBuilder(random.nextInt(shape.getDimCount()));
    dim.setSize(interesting(dim.getSize()));
  }

  private void addDimensions(BundleEntryProto.Builder entry) {
    int more = 1 + random.nextInt(random.nextInt(8) == 0 ? 1 << 16 : 3);
    for (int i = 0; i < more; i++) {
      entry.getShapeBuilder().addDimBuilder().setSize(random.nextInt(3));
    }
  }

  private void lieInSlice(BundleEntryProto.Builder entry) {
    if (entry.getSlicesCount() == 0) {
      entry.addSlicesBuilder().addExtentBuilder().setLength(interesting(1));
      return;
    }
    TensorSliceProto.Builder slice = entry.getSlicesBuilder(random.nextInt(entry.getSlicesCount()));
    TensorSliceProto.Extent.Builder extent =
        slice.getExtentBuilder(random.nextInt(slice.getExtentCount()));
    if (random.nextBoolean()) {
      extent.setStart(interesting(extent.getStart()));
    } else {
      extent.setLength(interesting(extent.getLength()));
    }
  }

  private void rename() {
    byte[] key = anyKey();
    table.put(changed(key), table.remove(key));
  }

  private void swapValues() {
    byte[] one = anyKey();
    byte[] other = anyKey();
    byte[] value = table.get(one);
    table.put(one, table.get(other));
    table.put(other, value);
  }

  private void append(byte filler, int count) {
    byte[] key = anyKey();
    byte[] value = table.get(key);
    byte[] longer = Arrays.copyOf(value, value.length + count);
    Arrays.fill(longer, value.length, longer.length, filler);
    table.put(key, longer);
  }

  private byte[] changed(byte[] sound) {
    byte[] bytes = sound.length == 0 ? new byte[1] : sound.clone();
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
    return bytes;
  }

  /** Numbers at which readers stumble. */
  private long interesting(long sound) {
    long[] numbers = {
      0,
      1,
      -1,
      sound - 1,
      sound + 1,
      2 * sound,
      sound + 4,
      1L << 16,
      1L << 30,
      Integer.MAX_VALUE,
      1L << 31,
      1L << 32,
      1L << 40,
      Long.MAX_VALUE,
      Long.MAX_VALUE - 3,
      Long.MIN_VALUE,
      random.nextInt(),
      random.nextLong()
    };
    return numbers[random.nextInt(numbers.length)];
  }

  /** All entries in one block. */
  private byte[] block() {
    ByteArrayOutputStream contents = new ByteArrayOutputStream();
    table.forEach((key, value) -> entry(contents, key, value));
    return closed(contents);
  }

  private static void entry(ByteArrayOutputStream contents, byte[] key, byte[] value) {
    TableWriter.writeVarint(contents, 0);
    TableWriter.writeVarint(contents, key.length);
    TableWriter.writeVarint(contents, value.length);
    contents.writeBytes(key);
    contents.writeBytes(value);
  }

  private static byte[] closed(ByteArrayOutputStream contents) {
    TableWriter.writeInt(contents, 0);
    TableWriter.writeInt(contents, 1);
    return contents.toByteArray();
  }

  private byte[] claim(long length) {
    ByteArrayOutputStream claim = new ByteArrayOutputStream();
    TableWriter.writeVarint(claim, length);
    claim.write(random.nextInt());
    return claim.toByteArray();
  }

  /** A table whose one data block is what is said to be compressed. */
  private static byte[] compressed(byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] dataHandle = append(out, data, TableWriter.SNAPPY);
    byte[] metaindex = append(out, closed(new ByteArrayOutputStream()), TableWriter.RAW);
    ByteArrayOutputStream index = new ByteArrayOutputStream();
    entry(index, new byte[] {(byte) 0xff}, dataHandle);
    byte[] indexHandle = append(out, closed(index), TableWriter.RAW);
    out.writeBytes(
        ByteBuffer.allocate(TableWriter.FOOTER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(metaindex)
            .put(indexHandle)
            .putLong(TableWriter.FOOTER_BYTES - Long.BYTES, TableWriter.MAGIC)
            .array());
    return out.toByteArray();
  }

  private static byte[] append(ByteArrayOutputStream out, byte[] contents, byte type) {
    ByteArrayOutputStream handle = new ByteArrayOutputStream();
    TableWriter.writeVarint(handle, out.size());
    TableWriter.writeVarint(handle, contents.length);
    CRC32C crc = new CRC32C();
    crc.update(contents);
    crc.update(type);
    out.writeBytes(contents);
    out.write(type);
    TableWriter.writeInt(out, MaskedCrc32c.masked(crc));
    return handle.toByteArray();
  }
}
