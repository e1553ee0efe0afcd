package io.holdfast.protocol;

import io.holdfast.protocol.WireCodec.RefusedException;
import java.util.List;

/** Checks and pieces that both directions of the translator share. */
final class WireChecks {
  private WireChecks() {}

  static long notNegative(String field, long value) throws RefusedException {
    if (value < 0) {
      throw new RefusedException(field + " is negative: " + value);
    }
    return value;
  }

  /** An index below a limit. */
  static int below(String field, int value, int limit) throws RefusedException {
    if (value < 0 || value >= limit) {
      throw new RefusedException(field + " is " + value + ", allowed is 0 to " + (limit - 1));
    }
    return value;
  }

  static void atMost(String field, int size, int limit) throws RefusedException {
    if (size > limit) {
      throw new RefusedException(field + " has " + size + " entries, allowed are " + limit);
    }
  }

  /** A name that must be there. */
  static String name(String field, String value) throws RefusedException {
    if (value.isEmpty()) {
      throw new RefusedException(field + " is missing");
    }
    return text(field, value, WireLimits.MAX_NAME_LENGTH);
  }

  static String text(String field, String value, int limit) throws RefusedException {
    if (value.length() > limit) {
      throw new RefusedException(
          field + " has " + value.length() + " characters, allowed are " + limit);
    }
    return value;
  }

  static String reason(String value) throws RefusedException {
    return text("reason", value, WireLimits.MAX_REASON_LENGTH);
  }

  /** A reason as it may be said; it is for people, and its end matters least. */
  static String sayable(String reason) {
    return reason.length() <= WireLimits.MAX_REASON_LENGTH
        ? reason
        : reason.substring(0, WireLimits.MAX_REASON_LENGTH);
  }

  static io.holdfast.proto.v1.Generation encode(Generation generation) {
    return io.holdfast.proto.v1.Generation.newBuilder()
        .setTerm(generation.term())
        .setRound(generation.round())
        .build();
  }

  /** A generation that must be there; zero numbers are allowed. */
  static Generation decode(boolean present, io.holdfast.proto.v1.Generation wire)
      throws RefusedException {
    if (!present) {
      throw new RefusedException("generation is missing");
    }
    return new Generation(
        notNegative("term", wire.getTerm()), notNegative("round", wire.getRound()));
  }

  /** Numbers of shards, ascending, each once. */
  static List<Integer> ascendingShards(List<Integer> shards) throws RefusedException {
    return ascending("shard", shards, WireLimits.MAX_SHARDS);
  }

  /** Indices of groups of slices, ascending, each once. */
  static List<Integer> ascendingGroups(List<Integer> groups) throws RefusedException {
    return ascending("group", groups, WireLimits.MAX_GROUPS);
  }

  private static List<Integer> ascending(String what, List<Integer> numbers, int limit)
      throws RefusedException {
    atMost(what + "s", numbers.size(), limit);
    int before = -1;
    for (int number : numbers) {
      below(what, number, limit);
      if (number <= before) {
        throw new RefusedException(what + "s are not ascending: " + number + " after " + before);
      }
      before = number;
    }
    return List.copyOf(numbers);
  }
}
