package io.holdfast.coordinator.protocol;

import io.holdfast.protocol.WorkerMessage.Hello;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What operators are told of members that came, went, or may not come. Decides nothing.
 *
 * @param change why the members changed last
 * @param changedNanos when that was
 * @param refusals the latest ones, oldest first
 */
public record MemberNews(String change, long changedNanos, List<Refusal> refusals) {
  static final MemberNews NONE = new MemberNews("no round has begun", 0, List.of());

  /** A worker that may not take part. */
  public record Refusal(String workerId, String host, String reason, long nanos) {}

  public MemberNews {
    Objects.requireNonNull(change);
    refusals = List.copyOf(refusals);
  }

  MemberNews changed(String why, long nanos) {
    return new MemberNews(why, nanos, refusals);
  }

  MemberNews refused(Hello hello, String why, long nanos) {
    List<Refusal> all = new ArrayList<>(refusals);
    all.add(new Refusal(hello.workerId(), hello.host(), why, nanos));
    int older = Math.max(0, all.size() - Limits.MAX_REFUSALS_SHOWN);
    return new MemberNews(change, changedNanos, all.subList(older, all.size()));
  }
}
