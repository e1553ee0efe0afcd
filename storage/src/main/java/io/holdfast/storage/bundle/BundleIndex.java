package io.holdfast.storage.bundle;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The index of a checkpoint: which tensors it has and where their bytes lie. Immutable, equal by
 * value, and consistent by itself: every tensor is tiled by its pieces, every piece has the length
 * that its shape asks for.
 */
public final class BundleIndex {

  /** An index that is longer is not read: room for a few million pieces. */
  public static final int MAX_INDEX_BYTES = 256 << 20;

  private static final byte[] HEADER_KEY = {};

  private final BundleProtos.Header header;
  private final Map<String, BundleEntry> entries;

  private BundleIndex(BundleProtos.Header header, Collection<BundleEntry> tensors) {
    this.header = header;
    List<BundleEntry> ordered = new ArrayList<>(tensors);
    ordered.sort((a, b) -> Arrays.compareUnsigned(utf8(a.name()), utf8(b.name())));
    Map<String, BundleEntry> byName = new LinkedHashMap<>();
    ordered.forEach(entry -> byName.put(entry.name(), entry));
    this.entries = Collections.unmodifiableMap(byName);
  }

  /** An index of {@code shards} shard files and no tensor yet. */
  public static BundleIndexBuilder builder(int shards) {
    return new BundleIndexBuilder(shards);
  }

  static BundleIndex of(int shards, Collection<BundleEntry> tensors) {
    return new BundleIndex(new BundleProtos.Header(shards, false), tensors);
  }

  /** Number of shard files by the header; those that no entry refers to need not exist. */
  public int shards() {
    return header.shards();
  }

  /** Whether numbers are stored with their most significant byte first. */
  public boolean bigEndian() {
    return header.bigEndian();
  }

  /** All tensors by name, in unsigned byte order of the names. */
  public Map<String, BundleEntry> entries() {
    return entries;
  }

  /** The tensor of that name, if the checkpoint has it. */
  public Optional<BundleEntry> entry(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  /**
   * The index that {@code bytes} hold, written by anyone.
   *
   * @param file the index's name, for messages
   * @throws DamagedCheckpointException if the bytes are no consistent index
   */
  public static BundleIndex parse(String file, byte[] bytes) throws DamagedCheckpointException {
    if (bytes.length > MAX_INDEX_BYTES) {
      throw new DamagedCheckpointException(file, "has " + bytes.length + " bytes, too many");
    }
    return new Parser(file).parse(TableReader.read(file, bytes));
  }

  /**
   * Whether {@code bytes}, which were parsed into this index, are exactly what {@link #encode}
   * gives. Holds for every index that this program wrote; others may be sound and differ.
   */
  public boolean isCanonical(byte[] bytes) {
    return Arrays.equals(bytes, encode());
  }

  /** The bytes of the index file, the same as TensorFlow writes for these tensors. */
  public byte[] encode() {
    Map<byte[], byte[]> table = new TreeMap<>(Arrays::compareUnsigned);
    table.put(HEADER_KEY, BundleProtos.encode(header));
    for (BundleEntry entry : entries.values()) {
      byte[] key = utf8(entry.name());
      if (!entry.isPartitioned()) {
        table.put(key, BundleProtos.encode(entry.dtype(), entry.shape(), entry.pieces().get(0)));
        continue;
      }
      table.put(key, BundleProtos.encodePartitioned(entry));
      for (StoredSlice piece : entry.pieces()) {
        table.put(
            OrderedCode.sliceKey(entry.name(), piece.slice()),
            BundleProtos.encode(entry.dtype(), piece.slice().shapeIn(entry.shape()), piece));
      }
    }
    TableWriter writer = new TableWriter();
    table.forEach(writer::add);
    return writer.finish();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BundleIndex that
        && header.equals(that.header)
        && entries.equals(that.entries);
  }

  @Override
  public int hashCode() {
    return 31 * header.hashCode() + entries.hashCode();
  }

  @Override
  public String toString() {
    return entries.size() + " tensors in " + shards() + " shards";
  }

  private static byte[] utf8(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  /** Turns table entries into an index, naming what does not fit. */
  private static final class Parser {

    private final String file;
    private final BundleProtos protos;
    private final Map<ByteBuffer, byte[]> sliceValues = new LinkedHashMap<>();
    private BundleProtos.Header header;

    Parser(String file) {
      this.file = file;
      this.protos = new BundleProtos(file);
    }

    BundleIndex parse(List<TableReader.Entry> table) throws DamagedCheckpointException {
      if (table.isEmpty() || table.get(0).key().length > 0) {
        throw damage("has no header");
      }
      header = protos.header(table.get(0).value());
      List<TableReader.Entry> tensors = new ArrayList<>();
      for (TableReader.Entry entry : table.subList(1, table.size())) {
        if (entry.key()[0] == OrderedCode.SLICE_KEY_MARK) {
          sliceValues.put(ByteBuffer.wrap(entry.key()), entry.value());
        } else {
          tensors.add(entry);
        }
      }
      List<BundleEntry> entries = new ArrayList<>();
      for (TableReader.Entry tensor : tensors) {
        entries.add(entry(name(tensor.key()), tensor.value()));
      }
      if (!sliceValues.isEmpty()) {
        throw damage("has " + sliceValues.size() + " slices of no tensor");
      }
      Optional<String> overlap = ShardLayout.overlap(entries);
      if (overlap.isPresent()) {
        throw damage("lets tensors share bytes: " + overlap.get());
      }
      return new BundleIndex(header, entries);
    }

    private BundleEntry entry(String name, byte[] bytes) throws DamagedCheckpointException {
      BundleProtos.Value value = protos.value(name, bytes);
      List<StoredSlice> pieces = new ArrayList<>();
      if (value.slices().isEmpty()) {
        pieces.add(place(name, TensorSlice.full(value.shape().rank()), value));
      } else {
        requireDistinct(name, value.slices());
      }
      for (TensorSlice slice : value.slices()) {
        pieces.add(storedSlice(name, value, slice));
      }
      Optional<String> problem = BundleEntry.problem(value.dtype(), value.shape(), pieces);
      if (problem.isPresent()) {
        throw damage("the tensor \"" + name + "\" " + problem.get());
      }
      return new BundleEntry(name, value.dtype(), value.shape(), pieces);
    }

    private void requireDistinct(String name, List<TensorSlice> slices)
        throws DamagedCheckpointException {
      Set<TensorSlice> seen = new HashSet<>();
      for (TensorSlice slice : slices) {
        if (!seen.add(slice)) {
          throw damage("the tensor \"" + name + "\" has the slice " + slice + " twice");
        }
      }
    }

    private StoredSlice storedSlice(String name, BundleProtos.Value whole, TensorSlice slice)
        throws DamagedCheckpointException {
      byte[] bytes = sliceValues.remove(ByteBuffer.wrap(OrderedCode.sliceKey(name, slice)));
      String described = "slice " + slice + " of \"" + name + "\"";
      if (bytes == null) {
        throw damage("has no entry for the " + described);
      }
      BundleProtos.Value value = protos.value(described, bytes);
      if (value.dtype() != whole.dtype() || !value.shape().equals(shapeOf(slice, whole.shape()))) {
        throw damage("the " + described + " does not fit its tensor");
      }
      return place(described, slice, value);
    }

    private TensorShape shapeOf(TensorSlice slice, TensorShape whole)
        throws DamagedCheckpointException {
      try {
        return slice.shapeIn(whole);
      } catch (IllegalArgumentException e) {
        throw damage(e.getMessage());
      }
    }

    private StoredSlice place(String name, TensorSlice slice, BundleProtos.Value value)
        throws DamagedCheckpointException {
      if (value.shard() < 0 || value.shard() >= header.shards()) {
        throw damage("\"" + name + "\" is said to lie in shard " + value.shard());
      }
      if (value.offset() < 0 || value.size() < 0 || value.offset() + value.size() < 0) {
        throw damage("\"" + name + "\" has an impossible offset or size");
      }
      return new StoredSlice(slice, value.shard(), value.offset(), value.size(), value.maskedCrc());
    }

    private String name(byte[] key) throws DamagedCheckpointException {
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
      } catch (CharacterCodingException e) {
        throw damage("a tensor's name is not UTF-8: " + e.getMessage());
      }
    }

    private DamagedCheckpointException damage(String problem) {
      return new DamagedCheckpointException(file, problem);
    }
  }
}
