package io.holdfast.worker.exchange;

import io.holdfast.job.plan.SumTree.Span;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Where the slices of one step go when they come, and who is told. Asked and told by the exchange's
 * thread alone, which must not wait here. A buffer that was given out is written until the slice is
 * told as received, or the round is closed.
 */
public interface StepTargets {

  /**
   * Where the sum of a group's gradient over a subtree goes, the whole slice; empty if this member
   * does not own the group, or does not want that sum from that member.
   */
  Optional<ByteBuffer> gradient(int group, Span span, int fromMember);

  /** Where the new value of a group goes; empty if that member does not own it. */
  Optional<ByteBuffer> value(int group, int fromMember);

  /** The whole sum stands in its buffer, every byte checked. */
  void gradientReceived(int group, Span span);

  /** The whole value stands in its buffer, every byte checked. */
  void valueReceived(int group);

  /** The round is over: nothing more comes. */
  void over();
}
