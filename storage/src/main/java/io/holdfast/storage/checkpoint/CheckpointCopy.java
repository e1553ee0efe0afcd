package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleEntry;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.ShardWriter;
import io.holdfast.storage.bundle.StoredSlice;
import io.holdfast.storage.bundle.WrittenPiece;
import io.holdfast.storage.store.ObjectWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Copies one checkpoint into a run directory, in any number of shard files, and commits it there as
 * a leader commits. Each stored piece is copied as it is, from front to back and in bounded memory,
 * its checksum checked on the way: so the slices, their checksums and the digest stay the same.
 * Until the commit nobody can see the copy; a copy that fails is given up and its files are
 * removed.
 *
 * <p>Shard 0 has what is said about the variables, as in every checkpoint, and the others the
 * variables, in equal parts; if there is only one, it has all.
 */
public final class CheckpointCopy {

  /** Shard files of a copy at most: all are open at once. */
  public static final int MAX_SHARDS = 512;

  /** How often a commit whose outcome is not known is asked for again. */
  private static final int MOST_COMMITS = 5;

  private final BundleReader source;
  private final CheckpointKeeper keeper;
  private final Prefix prefix;
  private final int shards;
  private final StoredTexts texts;
  private final Optional<Fork> fork;

  /** The same checkpoint in another run directory; see the other constructor. */
  public CheckpointCopy(BundleReader source, CheckpointKeeper keeper, long step, int shards) {
    this(source, keeper, step, shards, Optional.empty());
  }

  /**
   * A copy that is to be made.
   *
   * @param source a checkpoint of this program; read from front to back only
   * @param keeper of the run directory that gets it; its claim starts from a step such that nothing
   *     there is made void
   * @param step the checkpoint's step
   * @param shards 1 to {@link #mostShards}
   * @param fork what it says other than its source; empty for a copy of the same run
   */
  public CheckpointCopy(
      BundleReader source, CheckpointKeeper keeper, long step, int shards, Optional<Fork> fork) {
    if (shards < 1 || shards > mostShards(source.index(), fork)) {
      throw new IllegalArgumentException(shards + " shard files");
    }
    this.source = source;
    this.keeper = keeper;
    this.prefix = new Prefix(keeper.term(), 0, step);
    this.shards = shards;
    this.texts = new StoredTexts(source);
    this.fork = fork;
  }

  /** Into how many shard files a checkpoint can be copied, so that none is empty. */
  public static int mostShards(BundleIndex index) {
    return mostShards(index, Optional.empty());
  }

  /** The same for a copy that leaves behind what its fork does not take along. */
  public static int mostShards(BundleIndex index, Optional<Fork> fork) {
    long pieces =
        CheckpointKeys.variables(index).stream()
            .filter(entry -> key(entry, fork).isPresent())
            .flatMap(entry -> entry.pieces().stream())
            .filter(piece -> piece.size() > 0)
            .count();
    return (int) Math.min(MAX_SHARDS, pieces + 1);
  }

  /** The copy's key of a variable; empty if it stays behind. */
  private static Optional<String> key(BundleEntry entry, Optional<Fork> fork) {
    return fork.isEmpty()
        ? Optional.of(entry.name())
        : Optional.ofNullable(fork.get().keys().get(entry.name()));
  }

  /** The name of the copy. */
  public Prefix prefix() {
    return prefix;
  }

  /**
   * Copies and commits.
   *
   * @throws DamagedCheckpointException if the source is damaged; there is no copy then
   * @throws IOException if the source cannot be read or the copy cannot be written; likewise
   */
  public CommitOutcome run() throws IOException, DamagedCheckpointException {
    keeper.note(prefix, AttemptState.REQUESTED, "a copy of " + source.files().prefix());
    CommitRequest request;
    try {
      request = new CommitRequest(prefix, write(), expected());
    } catch (IOException | DamagedCheckpointException e) {
      keeper.abandon(prefix, e.toString());
      throw e;
    }
    keeper.note(prefix, AttemptState.WRITTEN, "");
    CommitOutcome outcome = keeper.commit(request);
    for (int i = 1; i < MOST_COMMITS && isUnknown(outcome); i++) {
      outcome = keeper.commit(request);
    }
    if (outcome.mayCleanUp()) {
      keeper.abandon(prefix, outcome.reason());
    }
    return outcome;
  }

  private static boolean isUnknown(CommitOutcome outcome) {
    return outcome.status() == CommitOutcome.Status.UNKNOWN;
  }

  private List<ExpectedTensor> expected() {
    List<ExpectedTensor> expected = new ArrayList<>();
    for (BundleEntry entry : CheckpointKeys.variables(source.index())) {
      key(entry, fork)
          .map(key -> new ExpectedTensor(key, entry.dtype(), entry.shape()))
          .ifPresent(expected::add);
    }
    return expected;
  }

  private List<ShardReport> write() throws IOException, DamagedCheckpointException {
    if (source.index().bigEndian()) {
      throw new DamagedCheckpointException(source.files().index(), "is not of this program");
    }
    try (OpenFiles files = new OpenFiles()) {
      source.forEachPiece((entry, piece) -> copy(files, entry, piece));
      files.first().append(this::appendTexts);
      return files.finishSealed();
    }
  }

  private void copy(OpenFiles files, BundleEntry entry, StoredSlice piece)
      throws IOException, DamagedCheckpointException {
    if (!CheckpointKeys.isVariable(entry.name())) {
      texts.take(entry);
      return;
    }
    Optional<String> key = key(entry, fork);
    Optional<ByteBuffer> anew = fork.flatMap(it -> key.map(it.values()::get));
    if (key.isEmpty() || anew.isPresent()) {
      source.check(entry, piece);
    }
    if (anew.isPresent()) {
      appendAnew(files, key.get(), entry, piece, anew.get());
    } else if (key.isPresent()) {
      files
          .shortest()
          .append(shard -> List.of(shard.appendStored(source, entry, piece).renamed(key.get())));
    }
  }

  private static void appendAnew(
      OpenFiles files, String key, BundleEntry entry, StoredSlice piece, ByteBuffer value)
      throws IOException, DamagedCheckpointException {
    if (entry.isPartitioned()) {
      throw new IllegalArgumentException(entry.name() + " is cut and cannot begin anew");
    }
    files
        .shortest()
        .append(
            shard ->
                List.of(shard.append(key, entry.dtype(), entry.shape(), piece.slice(), value)));
  }

  private List<WrittenPiece> appendTexts(ShardWriter shard)
      throws IOException, DamagedCheckpointException {
    return fork.isPresent()
        ? texts.appendTo(shard, prefix, fork.get())
        : texts.appendTo(shard, prefix);
  }

  /** Something that adds pieces to a shard file. */
  private interface Appending {
    List<WrittenPiece> to(ShardWriter shard) throws IOException, DamagedCheckpointException;
  }

  /** A shard file on its way. */
  private record OpenFile(
      int number, ObjectWriter out, ShardWriter shard, List<WrittenPiece> pieces) {

    void append(Appending appending) throws IOException, DamagedCheckpointException {
      pieces.addAll(appending.to(shard));
    }

    ShardReport finish() throws IOException {
      out.sync();
      return new ShardReport(number, out.position(), pieces);
    }
  }

  private final class OpenFiles implements Closeable {
    private final List<OpenFile> files = new ArrayList<>();

    OpenFiles() throws IOException {
      try {
        for (int number = 0; number < shards; number++) {
          ObjectWriter out =
              keeper.directory().store().create(prefix.files().shard(number, shards));
          files.add(new OpenFile(number, out, new ShardWriter(out), new ArrayList<>()));
        }
      } catch (IOException e) {
        closeAll(e);
        throw e;
      }
    }

    OpenFile first() {
      return files.get(0);
    }

    /** The one of those for variables that has the fewest bytes. */
    OpenFile shortest() {
      OpenFile shortest = files.get(shards == 1 ? 0 : 1);
      for (OpenFile file : files.subList(shortest.number(), shards)) {
        shortest = file.out().position() < shortest.out().position() ? file : shortest;
      }
      return shortest;
    }

    List<ShardReport> finishSealed() throws IOException, DamagedCheckpointException {
      List<ShardReport> others = new ArrayList<>();
      for (OpenFile file : files.subList(1, files.size())) {
        others.add(file.finish());
      }
      first().append(shard -> List.of(Seal.append(shard, first().pieces(), others)));
      List<ShardReport> reports = new ArrayList<>(List.of(first().finish()));
      reports.addAll(others);
      return reports;
    }

    @Override
    public void close() throws IOException {
      IOException failure = new IOException("shard files of " + prefix + " do not close");
      closeAll(failure);
      if (failure.getSuppressed().length > 0) {
        throw failure;
      }
    }

    private void closeAll(IOException failure) {
      for (OpenFile file : files) {
        try {
          file.out().close();
        } catch (IOException e) {
          failure.addSuppressed(e);
        }
      }
    }
  }
}
