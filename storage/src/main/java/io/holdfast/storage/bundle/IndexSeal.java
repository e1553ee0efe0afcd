package io.holdfast.storage.bundle;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * SHA-256 over what an index says: of each piece its tensor's name, type and shape, which block it
 * is, where it lies, and its checksum. Does not depend on the order in which pieces are added. For
 * use by one thread.
 *
 * <p>It stands in a checkpoint's own data, so an index that was changed, and made to look sound by
 * itself with all of its checksums put right, is found out.
 */
public final class IndexSeal {
  private static final String ALGORITHM = "SHA-256";

  private final SortedSet<String> lines = new TreeSet<>();

  /** Adds a piece that was written to a shard file. */
  public void add(int shard, WrittenPiece piece) {
    add(piece.name(), piece.dtype(), piece.shape(), piece.inShard(shard));
  }

  /** Adds a tensor of an index. */
  public void add(BundleEntry entry) {
    entry.pieces().forEach(piece -> add(entry.name(), entry.dtype(), entry.shape(), piece));
  }

  private void add(String name, DataType dtype, TensorShape shape, StoredSlice piece) {
    lines.add(
        "%d:%s %s %s %s shard %d at %d+%d %08x"
            .formatted(
                name.length(),
                name,
                dtype,
                shape,
                piece.slice(),
                piece.shard(),
                piece.offset(),
                piece.size(),
                piece.maskedCrc()));
  }

  /**
   * The seal, as 64 hexadecimal digits.
   *
   * @param shards number of shard files
   */
  public String digest(int shards) {
    MessageDigest digest = sha256();
    digest.update((shards + " shards\n").getBytes(StandardCharsets.UTF_8));
    lines.forEach(line -> digest.update((line + "\n").getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance(ALGORITHM);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
