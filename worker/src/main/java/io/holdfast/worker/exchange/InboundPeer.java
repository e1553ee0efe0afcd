package io.holdfast.worker.exchange;

import io.holdfast.job.plan.SumTree.Span;
import io.holdfast.worker.exchange.InboundFrames.Verdict;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What another member says on its connection to this one: a hello first, then slices and signs of
 * life. Belongs to no round until its hello was found good. For the exchange's thread.
 */
final class InboundPeer implements InboundFrames.Sink {

  /** Who decides about a connection that says hello. */
  interface Reception {
    /** The hello is well formed; nothing else was said yet. */
    void hello(InboundPeer peer, FrameHeader hello);

    /** A connection that never belonged to a round is over. */
    void gone(InboundPeer peer, String reason);
  }

  private final Channel channel;
  private final Reception reception;
  private final InboundFrames frames = new InboundFrames(this);
  private Optional<FrameHeader> hello = Optional.empty();
  private ExchangeRound round;
  private int member;
  private long heardNanos = System.nanoTime();
  private boolean closed;

  /** The slice that is coming in, and how much of it has come. */
  private ByteBuffer slice;

  private int sliceBytes;

  InboundPeer(Channel channel, Reception reception) {
    this.channel = channel;
    this.reception = reception;
  }

  InboundFrames frames() {
    return frames;
  }

  /** From now on this is that member of the round; what waits is asked again. */
  void belongTo(ExchangeRound newRound, int number) {
    round = newRound;
    member = number;
    heardNanos = System.nanoTime();
  }

  Optional<FrameHeader> hello() {
    return hello;
  }

  /** Who it is, for people. */
  String name() {
    return channel.remoteAddress() instanceof InetSocketAddress tcp
        ? tcp.toString()
        : "a process of this host";
  }

  /** For how long nothing came, though it might have. */
  long silentNanos() {
    return frames.isWaiting() ? 0 : System.nanoTime() - heardNanos;
  }

  /** A step has begun, or the peer was let into a round. */
  void resume() {
    heardNanos = System.nanoTime();
    frames.resume();
  }

  void close() {
    closed = true;
    channel.close();
  }

  @Override
  public void alive() {
    heardNanos = System.nanoTime();
  }

  @Override
  public Verdict header(FrameHeader header) {
    if (closed) {
      return new Verdict.Refused();
    }
    if (hello.isEmpty()) {
      return greet(header);
    }
    if (round == null) {
      return new Verdict.Wait();
    }
    return switch (header.kind()) {
      case PING -> new Verdict.Done();
      case GRADIENT, VALUE -> slice(header);
      case HELLO -> violation("it says hello twice");
    };
  }

  private Verdict greet(FrameHeader header) {
    if (header.kind() != FrameHeader.Kind.HELLO || header.length() != 0) {
      ended("its first frame is no hello");
      close();
      return new Verdict.Refused();
    }
    hello = Optional.of(header);
    reception.hello(this, header);
    return closed ? new Verdict.Refused() : new Verdict.Done();
  }

  private Verdict slice(FrameHeader header) {
    if (!header.generation().equals(hello.orElseThrow().generation())) {
      return violation("a frame of generation " + header.generation());
    }
    if (!round.hasBegun(header.step())) {
      return round.mayBegin(header.step())
          ? new Verdict.Wait()
          : violation("a frame of step " + header.step() + ", which is not the next");
    }
    if (header.offset() == 0 && sliceBytes == 0) {
      Optional<ByteBuffer> memory = memory(header);
      if (memory.isEmpty()) {
        return violation("a slice that is not expected: " + header);
      }
      slice = memory.get();
    }
    boolean fits =
        slice != null
            && header.offset() == sliceBytes
            && header.length() > 0
            && header.length() <= slice.limit() - sliceBytes;
    return fits
        ? new Verdict.Into(
            slice.duplicate().position(sliceBytes).limit(sliceBytes + header.length()))
        : violation("a piece that does not fit its slice: " + header);
  }

  private Optional<ByteBuffer> memory(FrameHeader header) {
    StepTargets targets = round.targets();
    if (header.kind() == FrameHeader.Kind.VALUE) {
      return targets.value(header.group(), member);
    }
    boolean span = header.from() >= 0 && header.to() > header.from();
    return span
        ? targets.gradient(header.group(), new Span(header.from(), header.to()), member)
        : Optional.empty();
  }

  @Override
  public void payload(FrameHeader header) {
    sliceBytes += header.length();
    if (sliceBytes < slice.limit()) {
      return;
    }
    slice = null;
    sliceBytes = 0;
    if (closed) {
      return;
    }
    if (header.kind() == FrameHeader.Kind.VALUE) {
      round.targets().valueReceived(header.group());
    } else {
      round.targets().gradientReceived(header.group(), new Span(header.from(), header.to()));
    }
  }

  private Verdict violation(String what) {
    ended(what);
    close();
    return new Verdict.Refused();
  }

  @Override
  public void ended(String reason) {
    if (closed) {
      return;
    }
    closed = true;
    if (round == null) {
      reception.gone(this, reason);
    } else {
      round.lost(member, reason);
    }
  }
}
