package io.holdfast.storage.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * What a leader durably says when it begins: who it is and where it starts. From then on indexes of
 * older terms for later steps are void.
 *
 * @param term the claimed term, at least 1
 * @param host the leader's host
 * @param pid its process id
 * @param time when it claimed
 * @param startPrefix the checkpoint it goes on from; empty if it starts from scratch
 * @param startStep that checkpoint's step; 0 from scratch
 */
public record ClaimRecord(
    long term, String host, long pid, Instant time, Optional<String> startPrefix, long startStep) {

  public ClaimRecord {
    if (term < 1 || startStep < 0) {
      throw new IllegalArgumentException("bad claim: term " + term + ", step " + startStep);
    }
  }

  /** Whether this claim makes a checkpoint of the given term and step void. */
  public boolean voids(long otherTerm, long step) {
    return otherTerm < term && step > startStep;
  }

  /** One JSON object, UTF-8. */
  public byte[] toJson() {
    ObjectNode node = StoreJson.object();
    node.put("term", term).put("host", host).put("pid", pid).put("time", time.toString());
    startPrefix.ifPresent(prefix -> node.put("start_prefix", prefix));
    node.put("start_step", startStep);
    return StoreJson.bytes(node);
  }

  /**
   * Reads {@link #toJson}; unknown keys are let pass.
   *
   * @throws IllegalArgumentException if it is not a claim
   */
  public static ClaimRecord parse(byte[] json) {
    JsonNode node = StoreJson.parse(json);
    try {
      return new ClaimRecord(
          StoreJson.number(node, "term"),
          StoreJson.text(node, "host"),
          StoreJson.number(node, "pid"),
          Instant.parse(StoreJson.text(node, "time")),
          node.has("start_prefix")
              ? Optional.of(StoreJson.text(node, "start_prefix"))
              : Optional.empty(),
          StoreJson.number(node, "start_step"));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("bad time in claim: " + e.getMessage(), e);
    }
  }
}
