package io.holdfast.storage.store;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A run directory as a store of named byte sequences, with one leader at a time.
 *
 * <p>Names are relative and '/'-separated. Objects are written once, front to back, under names
 * that are never used twice; they are immutable afterwards (append streams excepted). What every
 * implementation promises, and the contract suite checks:
 *
 * <ul>
 *   <li>{@link #create} is exclusive: of any number of callers with one name exactly one makes the
 *       object.
 *   <li>What {@link ObjectWriter#sync} has returned for survives a crash of every machine: bytes
 *       and name. Without it nothing is promised: the name may be gone, or hold fewer or other
 *       bytes.
 *   <li>A missing object is {@link java.nio.file.NoSuchFileException}, a short one {@link
 *       java.io.EOFException}; any other {@link IOException} says nothing about the bytes and is to
 *       be tried again.
 *   <li>{@link #claim} hands leadership to exactly one caller a term, and from the moment it
 *       returns no earlier {@link Tenure} changes anything that a reader can see. (Where a store
 *       cannot promise this of a request that was under way, its class says what can happen.)
 *   <li>All that a leader does to shared names goes through its {@link Tenure}: {@link #create},
 *       {@link #append} and {@link #delete} are not fenced and serve only names that belong to one
 *       writer alone (shard files of a generation, event files, a term's journal), and marks of
 *       which the first one made counts (pins).
 * </ul>
 *
 * <p>Safe for use by several threads.
 */
public interface ObjectStore {

  /** Where the store lies, as users write it. */
  URI location();

  /** How many objects a process is to write at once to be as fast as the store is. */
  default int streams() {
    return 1;
  }

  /**
   * Starts a new object; missing parent directories are made. Nothing can be added after its sync.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the name is taken; a store whose objects
   *     appear whole may tell it no sooner than at the sync or close of the writer
   */
  ObjectWriter create(String name) throws IOException;

  /**
   * Opens an object to add at its end, and makes it if it does not exist. For one writer at a time;
   * readers tolerate a torn tail.
   */
  ObjectWriter append(String name) throws IOException;

  /**
   * Opens an object for reading.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  ObjectReader open(String name) throws IOException;

  /**
   * The objects directly in a directory (the empty string is the root), in order of name; empty if
   * there is no such directory. Objects that come or go meanwhile may or may not be listed.
   */
  default List<ObjectInfo> list(String directory) throws IOException {
    return list(directory, "");
  }

  /**
   * As {@link #list(String)}, but only those whose names in the directory begin so, such as the
   * files of one checkpoint among thousands: a store looks at no others.
   */
  List<ObjectInfo> list(String directory, String beginning) throws IOException;

  /**
   * Gives the bytes of an object another name too, durably and without their passing through here:
   * as a second name, or as a copy that the server makes. Each name can be deleted without the
   * other. Like {@link #create} it is not fenced and refuses a taken name.
   *
   * @return false if the store can do neither; nothing has happened then
   * @throws java.nio.file.NoSuchFileException if there is no {@code source}
   */
  default boolean link(String source, String target) throws IOException {
    return false;
  }

  /**
   * Removes an object that belongs to the caller alone, such as the shard file of its failed save.
   *
   * @return whether it was there
   */
  boolean delete(String name) throws IOException;

  /**
   * Takes the lead: the new term is 1 + the larger of the current term and {@code largestTermSeen}
   * (in checkpoint names, so that terms rise even where the store has lost its claims). Whoever led
   * before is fenced when this returns {@link ClaimOutcome.Won}. Whether it is polite to claim (the
   * lease of a living leader) is the caller's matter.
   *
   * @throws IOException if the outcome is not known or the new term could not be set up; nobody
   *     leads then, and claiming again is safe
   */
  ClaimOutcome claim(long largestTermSeen) throws IOException;

  /** The term last claimed; empty if none is on record. */
  OptionalLong currentTerm() throws IOException;

  /**
   * The claim on record: that of the current term, or of the last one that recorded its claim.
   * Empty if there is none or it cannot be understood.
   */
  Optional<ClaimRecord> lastClaim() throws IOException;

  /**
   * All bytes of a small object.
   *
   * @throws ObjectTooLargeException if there are more than {@code limitBytes}
   */
  default byte[] readSmall(String name, int limitBytes) throws IOException {
    try (ObjectReader reader = open(name)) {
      long length = reader.length();
      if (length > limitBytes) {
        throw new ObjectTooLargeException(name, length, limitBytes);
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) length);
      reader.readFully(0, bytes);
      return bytes.array();
    }
  }
}
