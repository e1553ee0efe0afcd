package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.BundleVerifier;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.Finding;
import io.holdfast.storage.bundle.ObjectOpener;
import io.holdfast.storage.parity.ParityFile;
import io.holdfast.storage.store.ObjectReader;
import io.holdfast.storage.store.ObjectStore;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds out what of a checkpoint is bad by the index in its parity file, and rebuilds it aside. */
final class Rebuilding {
  private final ObjectStore store;
  private final Staging staging;
  private final Prefix prefix;
  private final BundleFiles files;
  private Optional<String> shard = Optional.empty();
  private Optional<byte[]> index = Optional.empty();

  Rebuilding(ObjectStore store, Staging staging, Prefix prefix) {
    this.store = store;
    this.staging = staging;
    this.prefix = prefix;
    this.files = prefix.files();
  }

  /** The shard file that was rebuilt and waits to be installed. */
  Optional<String> shard() {
    return shard;
  }

  /** The index, if the one in place is not what it was. */
  Optional<byte[]> index() {
    return index;
  }

  /**
   * Rebuilds what is bad.
   *
   * @return why that is not possible; empty if all that was bad is rebuilt and proved
   */
  List<Finding> prepare(ParityFile parity) throws IOException, DamagedCheckpointException {
    byte[] good = parity.index();
    requireOwn(good, parity);
    List<Finding> findings = verify(good, store::open);
    Set<String> bad = new TreeSet<>();
    findings.forEach(finding -> bad.add(finding.file()));
    if (bad.size() > 1) {
      return findings;
    }
    for (String name : bad) {
      int number = BundleFiles.ofShard(name).orElseThrow().shard();
      staging.write(name, out -> parity.rebuild(number, out));
      List<Finding> unproved =
          verify(good, asked -> store.open(asked.equals(name) ? staging.staged(name) : asked));
      if (!unproved.isEmpty()) {
        staging.discard(name);
        return unproved;
      }
      shard = Optional.of(name);
    }
    index = isInPlace(good) ? Optional.empty() : Optional.of(good);
    return List.of();
  }

  /** The index in the parity file is sound, canonical and this checkpoint's. */
  private void requireOwn(byte[] bytes, ParityFile parity) throws DamagedCheckpointException {
    String name = ParityFile.name(files);
    BundleIndex parsed = BundleIndex.parse(name, bytes);
    boolean own = CheckpointKeys.identity(parsed).equals(Optional.of(prefix));
    if (!own || !parsed.isCanonical(bytes) || parsed.shards() != parity.shards()) {
      throw new DamagedCheckpointException(name, "is not of this checkpoint");
    }
  }

  private List<Finding> verify(byte[] good, ObjectOpener shards) throws IOException {
    List<Finding> findings = new ArrayList<>();
    ObjectOpener objects = name -> name.equals(files.index()) ? new Bytes(good) : shards.open(name);
    BundleVerifier.verify(files, objects, BundleVerifier.Origin.HOLDFAST, findings::add);
    return findings;
  }

  private boolean isInPlace(byte[] good) throws IOException {
    try {
      return Arrays.equals(good, BundleReader.readIndex(files, store::open));
    } catch (NoSuchFileException | DamagedCheckpointException e) {
      return false;
    }
  }

  /** An index as if it lay in the store. */
  private static final class Bytes implements ObjectReader {
    private final byte[] bytes;

    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long length() {
      return bytes.length;
    }

    @Override
    public void readFully(long position, ByteBuffer target) throws EOFException {
      if (position + target.remaining() > bytes.length) {
        throw new EOFException("the index ends at byte " + bytes.length);
      }
      target.put(bytes, (int) position, target.remaining());
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
