package io.holdfast.storage.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.ObjectReader;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable memory of what became of attempts to save: {@code .holdfast/journal/t<TERM>.jsonl},
 * one JSON object a line, files of its own for each term, so that each has one writer. A file that
 * is full is followed by {@code t<TERM>-2.jsonl} and so on, of which the last two are kept: a run
 * that saves each step for weeks remembers its last {@link #PART_BYTES} of lines at least. Losing
 * it loses no checkpoint, only the knowledge that one was verified or why one was given up; so a
 * failure to write is logged and does not stop anything. Safe for use by several threads.
 */
public final class AttemptJournal implements Closeable {

  /** A file of so many bytes is full: some 100,000 lines. */
  public static final int PART_BYTES = 16 << 20;

  /** Of a file at most its last so many bytes are read: earlier releases began no second one. */
  public static final int MAX_READ_BYTES = 64 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(AttemptJournal.class);
  private static final String DIRECTORY = ".holdfast/journal";
  private static final Pattern NAME =
      Pattern.compile(
          Pattern.quote(DIRECTORY) + "/t([1-9][0-9]{0,17})(?:-([1-9][0-9]{0,8}))?\\.jsonl");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Where each step is saved, or abandoned, lines that prove nothing are not synced one by one. */
  private static final Duration SYNC_PAUSE = Duration.ofSeconds(1);

  private final ObjectStore store;
  private final long term;
  private final int partBytes;
  private int part = 1;
  private String name;
  private long syncedNanos = System.nanoTime() - SYNC_PAUSE.toNanos();
  private Optional<ObjectWriter> writer = Optional.empty();

  /** The journal of a term, to be written by its leader. */
  public AttemptJournal(ObjectStore store, long term) {
    this(store, term, PART_BYTES);
  }

  AttemptJournal(ObjectStore store, long term, int partBytes) {
    this.store = store;
    this.term = term;
    this.partBytes = partBytes;
    this.name = name(1);
  }

  private String name(int number) {
    return DIRECTORY + "/t" + term + (number == 1 ? "" : "-" + number) + ".jsonl";
  }

  /** Whether the next lines are to go into another file. */
  synchronized boolean isFull() {
    return writer.isPresent() && writer.get().position() >= partBytes;
  }

  /**
   * Goes on in another file, and removes the one before the last.
   *
   * @param known what is still to be known of checkpoints, whatever files go
   */
  synchronized void beginPart(List<AttemptEvent> known) {
    try {
      close();
      part++;
      name = name(part);
      ObjectWriter out = open();
      for (AttemptEvent event : known) {
        out.write(ByteBuffer.wrap(line(event)));
      }
      out.sync();
      if (part > 2) {
        store.delete(name(part - 2));
      }
    } catch (IOException e) {
      LOG.warn("The journal does not go on in {} as it should: {}", name, e.toString());
      abandonWriter();
    }
  }

  /**
   * Adds a line, durably unless it says otherwise in the log. What another line of the same save or
   * of one under way follows soon becomes durable with that one; so does what comes within a second
   * of others and only tells of an attempt or a deletion.
   */
  public synchronized void append(AttemptEvent event) {
    try {
      ObjectWriter out = open();
      out.write(ByteBuffer.wrap(line(event)));
      if (!isFollowed(event.state())) {
        out.sync();
        syncedNanos = System.nanoTime();
      }
    } catch (IOException e) {
      LOG.warn("{} {} is not in the journal {}: {}", event.prefix(), event.state(), name, e);
      abandonWriter();
    }
  }

  private boolean isFollowed(AttemptState state) {
    return switch (state) {
      case SNAPSHOT, WRITTEN -> true;
      case REQUESTED, ABANDONED, DELETED -> System.nanoTime() - syncedNanos < SYNC_PAUSE.toNanos();
      default -> false;
    };
  }

  private ObjectWriter open() throws IOException {
    if (writer.isEmpty()) {
      ObjectWriter opened = store.append(name);
      writer = Optional.of(opened);
      if (opened.position() > 0) {
        // What stands before may be torn: the next line begins a line in any case.
        opened.write(ByteBuffer.wrap(new byte[] {'\n'}));
      }
    }
    return writer.get();
  }

  private void abandonWriter() {
    try {
      close();
    } catch (IOException e) {
      LOG.warn("{} does not close: {}", name, e.toString());
    }
  }

  @Override
  public synchronized void close() throws IOException {
    Optional<ObjectWriter> closing = writer;
    writer = Optional.empty();
    if (closing.isPresent()) {
      closing.get().close();
    }
  }

  private static byte[] line(AttemptEvent event) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("prefix", event.prefix().toString());
    node.put("state", event.state().name());
    node.put("time", event.time().toString());
    if (!event.reason().isEmpty()) {
      node.put("reason", event.reason());
    }
    return (node + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** All events on record, terms in order; lines that make no sense are left out. */
  public static List<AttemptEvent> read(ObjectStore store) throws IOException {
    record File(long term, int part, String name) {}
    List<File> files = new ArrayList<>();
    for (ObjectInfo object : store.list(DIRECTORY)) {
      Matcher matcher = NAME.matcher(object.name());
      if (matcher.matches()) {
        int part = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
        files.add(new File(Long.parseLong(matcher.group(1)), part, object.name()));
      }
    }
    files.sort(Comparator.comparingLong(File::term).thenComparingInt(File::part));
    List<AttemptEvent> events = new ArrayList<>();
    for (File file : files) {
      for (String line : tail(store, file.name()).split("\n")) {
        parse(line).ifPresent(events::add);
      }
    }
    return events;
  }

  /** Those that have been read back whole, whatever became of them since. */
  static Set<Prefix> verified(ObjectStore store) throws IOException {
    return read(store).stream()
        .filter(event -> event.state() == AttemptState.VERIFIED)
        .map(AttemptEvent::prefix)
        .collect(Collectors.toSet());
  }

  private static String tail(ObjectStore store, String name) throws IOException {
    try (ObjectReader reader = store.open(name)) {
      long length = reader.length();
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(length, MAX_READ_BYTES));
      reader.readFully(length - bytes.capacity(), bytes);
      return new String(bytes.array(), StandardCharsets.UTF_8);
    } catch (NoSuchFileException | EOFException e) {
      LOG.warn("{} went while it was read: {}", name, e.toString());
      return "";
    }
  }

  private static Optional<AttemptEvent> parse(String line) {
    try {
      JsonNode node = MAPPER.readTree(line);
      Optional<Prefix> prefix = Prefix.parse(node.path("prefix").asText());
      AttemptState state = AttemptState.valueOf(node.path("state").asText());
      Instant time = Instant.parse(node.path("time").asText());
      return prefix.map(p -> new AttemptEvent(p, state, time, node.path("reason").asText("")));
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
      // A crash tears the last line; a later release may know more states.
      return Optional.empty();
    }
  }
}
