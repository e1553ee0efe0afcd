package io.holdfast.storage.bundle;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of a checkpoint's files, as TensorFlow forms them of the checkpoint's prefix. Nothing
 * else in the program takes such a name apart or puts one together.
 *
 * @param prefix what all of the checkpoint's file names begin with, such as {@code ckpt-5}
 */
public record BundleFiles(String prefix) {

  /**
   * The name of a shard file, taken apart.
   *
   * @param prefix the checkpoint's prefix
   * @param shard number of the shard, from 0
   * @param shards number of shards that the checkpoint has
   */
  public record Shard(String prefix, int shard, int shards) {}

  private static final String INDEX_SUFFIX = ".index";
  private static final Pattern SHARD =
      Pattern.compile("(.+)\\.data-(\\d{5,10})-of-(\\d{5,10})", Pattern.DOTALL);

  public BundleFiles {
    if (prefix.isEmpty()) {
      throw new IllegalArgumentException("a checkpoint's prefix is not empty");
    }
  }

  /** The file whose existence makes the checkpoint exist. */
  public String index() {
    return prefix + INDEX_SUFFIX;
  }

  /** The file of tensor bytes number {@code shard}, from 0, of {@code shards}. */
  public String shard(int shard, int shards) {
    if (shard < 0 || shard >= shards) {
      throw new IllegalArgumentException("shard " + shard + " of " + shards);
    }
    return String.format("%s.data-%05d-of-%05d", prefix, shard, shards);
  }

  /** The checkpoint whose index is called {@code name}; empty if that is no index's name. */
  public static Optional<BundleFiles> ofIndex(String name) {
    if (!name.endsWith(INDEX_SUFFIX) || name.length() == INDEX_SUFFIX.length()) {
      return Optional.empty();
    }
    String prefix = name.substring(0, name.length() - INDEX_SUFFIX.length());
    return Optional.of(new BundleFiles(prefix));
  }

  /** The shard file called {@code name}; empty if that is no shard file's name. */
  public static Optional<Shard> ofShard(String name) {
    Matcher match = SHARD.matcher(name);
    if (!match.matches()) {
      return Optional.empty();
    }
    long shard = Long.parseLong(match.group(2));
    long shards = Long.parseLong(match.group(3));
    if (shards > Integer.MAX_VALUE || shard >= shards) {
      return Optional.empty();
    }
    Shard parsed = new Shard(match.group(1), (int) shard, (int) shards);
    String canonical = new BundleFiles(parsed.prefix()).shard(parsed.shard(), parsed.shards());
    return canonical.equals(name) ? Optional.of(parsed) : Optional.empty();
  }
}
