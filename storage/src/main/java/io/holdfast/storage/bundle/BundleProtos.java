package io.holdfast.storage.bundle;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.tensorflow.BundleEntryProto;
import io.holdfast.proto.tensorflow.BundleHeaderProto;
import io.holdfast.proto.tensorflow.BundleHeaderProto.Endianness;
import io.holdfast.proto.tensorflow.TensorShapeProto;
import io.holdfast.proto.tensorflow.TensorSliceProto;
import io.holdfast.proto.tensorflow.VersionDef;
import io.holdfast.storage.bundle.TensorSlice.Extent;
import java.util.ArrayList;
import java.util.List;

/** Translates an index's values between their protobuf messages and this package's types. */
final class BundleProtos {

  /** The version of the format that this program reads and writes, as TensorFlow does. */
  static final int VERSION = 1;

  /** TensorFlow's limit. */
  private static final int MAX_RANK = 254;

  /** Room for the slice list of a tensor of over 100000 slices. */
  private static final int MAX_VALUE_BYTES = 4 << 20;

  /** What stands under the empty key. */
  record Header(int shards, boolean bigEndian) {}

  /**
   * One value as stored: a whole tensor, one slice, or, if {@code slices} is not empty, a tensor
   * whose bytes lie under its slices' keys.
   */
  record Value(
      DataType dtype,
      TensorShape shape,
      int shard,
      long offset,
      long size,
      int maskedCrc,
      List<TensorSlice> slices) {}

  private final String file;

  BundleProtos(String file) {
    this.file = file;
  }

  Header header(byte[] bytes) throws DamagedCheckpointException {
    BundleHeaderProto header;
    try {
      header = BundleHeaderProto.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw damage("its header is malformed: " + e.getMessage());
    }
    VersionDef version = header.getVersion();
    if (version.getMinConsumer() > VERSION || version.getBadConsumersList().contains(VERSION)) {
      throw damage("asks for a newer reader of checkpoints than version " + VERSION);
    }
    if (header.getNumShards() < 1) {
      throw damage("has " + header.getNumShards() + " shard files by its header");
    }
    if (header.getEndianness() == Endianness.UNRECOGNIZED) {
      throw damage("has an unknown byte order");
    }
    return new Header(header.getNumShards(), header.getEndianness() == Endianness.BIG);
  }

  static byte[] encode(Header header) {
    return BundleHeaderProto.newBuilder()
        .setNumShards(header.shards())
        .setEndianness(header.bigEndian() ? Endianness.BIG : Endianness.LITTLE)
        .setVersion(VersionDef.newBuilder().setProducer(VERSION))
        .build()
        .toByteArray();
  }

  Value value(String name, byte[] bytes) throws DamagedCheckpointException {
    if (bytes.length > MAX_VALUE_BYTES) {
      throw damage("the entry of \"" + name + "\" has " + bytes.length + " bytes");
    }
    try {
      BundleEntryProto entry = BundleEntryProto.parseFrom(bytes);
      DataType dtype =
          DataType.of(entry.getDtype())
              .orElseThrow(
                  () -> damage("\"" + name + "\" has the unknown type " + entry.getDtype()));
      List<TensorSlice> slices = new ArrayList<>();
      for (TensorSliceProto slice : entry.getSlicesList()) {
        slices.add(slice(slice));
      }
      return new Value(
          dtype,
          shape(entry.getShape()),
          entry.getShardId(),
          entry.getOffset(),
          entry.getSize(),
          entry.getCrc32C(),
          slices);
    } catch (InvalidProtocolBufferException | IllegalArgumentException | ArithmeticException e) {
      throw damage("the entry of \"" + name + "\" is malformed: " + e.getMessage());
    }
  }

  private static TensorShape shape(TensorShapeProto proto) {
    if (proto.getUnknownRank() || proto.getDimCount() > MAX_RANK) {
      throw new IllegalArgumentException("it has no rank, or too large a one");
    }
    return new TensorShape(proto.getDimList().stream().map(TensorShapeProto.Dim::getSize).toList());
  }

  private static TensorSlice slice(TensorSliceProto proto) {
    if (proto.getExtentCount() > MAX_RANK) {
      throw new IllegalArgumentException("a slice has too large a rank");
    }
    List<Extent> extents = new ArrayList<>();
    for (TensorSliceProto.Extent extent : proto.getExtentList()) {
      extents.add(
          extent.hasLength() ? new Extent(extent.getStart(), extent.getLength()) : Extent.FULL);
    }
    return new TensorSlice(extents);
  }

  /** A whole tensor or one slice of one, with its place. */
  static byte[] encode(DataType dtype, TensorShape shape, StoredSlice place) {
    return entry(dtype, shape)
        .setShardId(place.shard())
        .setOffset(place.offset())
        .setSize(place.size())
        .setCrc32C(place.maskedCrc())
        .build()
        .toByteArray();
  }

  /** A partitioned tensor: its slices' places stand under keys of their own. */
  static byte[] encodePartitioned(BundleEntry tensor) {
    BundleEntryProto.Builder entry = entry(tensor.dtype(), tensor.shape());
    for (StoredSlice piece : tensor.pieces()) {
      TensorSliceProto.Builder slice = entry.addSlicesBuilder();
      for (Extent extent : piece.slice().extents()) {
        TensorSliceProto.Extent.Builder proto = slice.addExtentBuilder();
        if (!extent.isFull()) {
          proto.setStart(extent.start()).setLength(extent.length());
        }
      }
    }
    return entry.build().toByteArray();
  }

  private static BundleEntryProto.Builder entry(DataType dtype, TensorShape shape) {
    TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
    shape.dims().forEach(dim -> dims.addDimBuilder().setSize(dim));
    return BundleEntryProto.newBuilder().setDtype(dtype.number()).setShape(dims);
  }

  private DamagedCheckpointException damage(String problem) {
    return new DamagedCheckpointException(file, problem);
  }
}
