package io.holdfast.storage.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * Where the leader is and that it lives: a successor takes it for alive while {@code renewal} goes
 * on rising. It is a courtesy, never the fence.
 *
 * @param term the leader's term, at least 1
 * @param host its host
 * @param pid its process id
 * @param processStart when the process started, which tells it from a later one with its pid
 * @param address host:port where workers and tools reach it
 * @param renewal counts the renewals of this record
 */
public record LeaderRecord(
    long term, String host, long pid, Instant processStart, String address, long renewal) {

  /** Where the record lies. */
  public static final String NAME = ".holdfast/leader";

  public LeaderRecord {
    if (term < 1 || renewal < 0) {
      throw new IllegalArgumentException("bad leader: term " + term + ", renewal " + renewal);
    }
  }

  /** The same leader, one renewal later. */
  public LeaderRecord renewed() {
    return new LeaderRecord(term, host, pid, processStart, address, renewal + 1);
  }

  /** Writes this record in place of the one before. */
  public EffectOutcome write(Tenure tenure) {
    return tenure.replace(NAME, toJson());
  }

  /**
   * The record in the store; empty if there is none or it cannot be understood.
   *
   * @throws IOException if the store cannot be read
   */
  public static Optional<LeaderRecord> read(ObjectStore store) throws IOException {
    try {
      return Optional.of(parse(store.readSmall(NAME, StoreJson.LIMIT_BYTES)));
    } catch (NoSuchFileException | ObjectTooLargeException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** One JSON object, UTF-8. */
  public byte[] toJson() {
    return StoreJson.bytes(
        StoreJson.object()
            .put("term", term)
            .put("host", host)
            .put("pid", pid)
            .put("process_start", processStart.toString())
            .put("address", address)
            .put("renewal", renewal));
  }

  private static LeaderRecord parse(byte[] json) {
    JsonNode node = StoreJson.parse(json);
    try {
      return new LeaderRecord(
          StoreJson.number(node, "term"),
          StoreJson.text(node, "host"),
          StoreJson.number(node, "pid"),
          Instant.parse(StoreJson.text(node, "process_start")),
          StoreJson.text(node, "address"),
          StoreJson.number(node, "renewal"));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("bad time in leader record: " + e.getMessage(), e);
    }
  }
}
