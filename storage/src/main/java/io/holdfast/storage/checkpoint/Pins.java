package io.holdfast.storage.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectTooLargeException;
import io.holdfast.storage.store.ObjectWriter;
import io.holdfast.storage.store.PublishOutcome;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Marks of checkpoints that an operator wants kept, one small object each: {@code
 * .holdfast/pins/PREFIX}. Anyone may pin, with or without a leader.
 *
 * <p>Who wants to delete a checkpoint first makes the same object, with other content, so that of
 * an operator who pins and a leader who deletes exactly one is first: an acknowledged pin holds,
 * and one that comes too late is refused. The leader's mark goes once all files of the checkpoint
 * have gone; while it is there an index that is missing is known to have been deleted.
 */
public final class Pins {
  static final String DIRECTORY = ".holdfast/pins";

  private static final byte[] PINNED = "pinned\n".getBytes(UTF_8);
  private static final byte[] DELETING = "deleting\n".getBytes(UTF_8);

  /** What a mark says. */
  enum Mark {
    PINNED,
    DELETING
  }

  /** How an attempt to pin ended. */
  public enum PinOutcome {
    PINNED,
    /** It was pinned already, durably. */
    ALREADY,
    /** Retention was first, or there is no such checkpoint. */
    GONE
  }

  private final CheckpointDirectory directory;
  private final ObjectStore store;

  public Pins(CheckpointDirectory directory) {
    this.directory = directory;
    this.store = directory.store();
  }

  /** Keeps a checkpoint from retention, durably once this returns. */
  public PinOutcome pin(Prefix prefix) throws IOException {
    boolean isNew = true;
    try {
      create(prefix);
    } catch (FileAlreadyExistsException e) {
      if (mark(prefix).equals(Optional.of(Mark.DELETING))) {
        return PinOutcome.GONE;
      }
      harden(prefix);
      isNew = false;
    }
    if (directory.list().find(prefix).isPresent()) {
      return isNew ? PinOutcome.PINNED : PinOutcome.ALREADY;
    }
    unpin(prefix);
    return PinOutcome.GONE;
  }

  private void create(Prefix prefix) throws IOException {
    try (ObjectWriter out = store.create(name(prefix))) {
      out.write(ByteBuffer.wrap(PINNED));
      out.sync();
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException e) {
      store.delete(name(prefix));
      throw e;
    }
  }

  /** Who made the mark may have died before it was durable. */
  private void harden(Prefix prefix) throws IOException {
    try (ObjectWriter out = store.append(name(prefix))) {
      out.write(ByteBuffer.wrap(PINNED));
      out.sync();
    }
  }

  /**
   * Leaves a checkpoint to retention again.
   *
   * @return whether it was pinned
   */
  public boolean unpin(Prefix prefix) throws IOException {
    return mark(prefix).equals(Optional.of(Mark.PINNED)) && store.delete(name(prefix));
  }

  /** All marks. */
  SortedMap<Prefix, Mark> marks() throws IOException {
    SortedMap<Prefix, Mark> marks = new TreeMap<>();
    for (ObjectInfo object : store.list(DIRECTORY)) {
      Optional<Prefix> prefix = Prefix.parse(object.name().substring(DIRECTORY.length() + 1));
      if (prefix.isPresent()) {
        mark(prefix.get()).ifPresent(mark -> marks.put(prefix.get(), mark));
      }
    }
    return marks;
  }

  /** A mark that is cut off or unknown is taken for a pin: so nothing is deleted by mistake. */
  private Optional<Mark> mark(Prefix prefix) throws IOException {
    try {
      byte[] bytes = store.readSmall(name(prefix), DELETING.length);
      return Optional.of(Arrays.equals(bytes, DELETING) ? Mark.DELETING : Mark.PINNED);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (ObjectTooLargeException e) {
      return Optional.of(Mark.PINNED);
    }
  }

  /** Before deletions: from now on nobody can pin these; EXISTS_OTHER for whom somebody has. */
  static List<PublishOutcome> announceDeletions(Tenure tenure, List<Prefix> prefixes) {
    return tenure.publishAll(prefixes.stream().map(Pins::name).toList(), DELETING);
  }

  /** After deletions, or when they do not come to be. */
  static EffectOutcome endDeletions(Tenure tenure, List<Prefix> prefixes) {
    return tenure.deleteAll(prefixes.stream().map(Pins::name).toList());
  }

  private static String name(Prefix prefix) {
    return DIRECTORY + "/" + prefix;
  }
}
