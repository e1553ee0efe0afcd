package io.holdfast.worker.exchange;

import io.holdfast.job.plan.SumTree.Span;
import io.holdfast.protocol.Generation;
import io.holdfast.worker.exchange.FrameHeader.Kind;
import io.holdfast.worker.exchange.OutboundPeer.Frame;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * This member's connections in one round. A round that lost one connection is over: all others are
 * closed at once, who waits for a slice is woken, and the listener is told once. When {@link
 * #close} returns, no thread reads or writes the memory of any slice any more.
 */
public final class ExchangeRound implements AutoCloseable {

  /** Told once, on the exchange's thread, when the round cannot go on. */
  public interface Listener {
    void peerLost(Generation generation, String workerId, String reason);
  }

  private final RoundMembers members;
  private final EventLoop loop;
  private final Listener listener;
  private final InboundPeer[] inbound;
  private final OutboundPeer[] outbound;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final AtomicLong sentBytes = new AtomicLong();
  private volatile boolean over;

  // From here on for the exchange's thread alone.
  private long step = -1;
  private StepTargets targets;
  private Runnable whenOver = () -> {};

  ExchangeRound(RoundMembers members, EventLoop loop, Listener listener) {
    this.members = members;
    this.loop = loop;
    this.listener = listener;
    this.inbound = new InboundPeer[members.size()];
    this.outbound = new OutboundPeer[members.size()];
    becomeReady();
  }

  public RoundMembers members() {
    return members;
  }

  /**
   * Waits until every member is connected both ways.
   *
   * @return false if the round is over, or was not ready in time; then the listener was told
   */
  public boolean awaitReady(Duration deadline) throws InterruptedException {
    try {
      ready.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      loop.execute(this::loseMissing);
      return false;
    } catch (ExecutionException e) {
      return false;
    }
  }

  /** From now on slices of this step are taken; those that came too early go on. */
  public void begin(long newStep, StepTargets newTargets) {
    loop.execute(
        () -> {
          step = newStep;
          targets = newTargets;
          if (over) {
            newTargets.over();
            return;
          }
          for (InboundPeer peer : inbound) {
            if (peer != null) {
              peer.resume();
            }
          }
        });
  }

  /**
   * The sum of a group's gradient over a subtree.
   *
   * @param owner member that owns the group
   */
  public record Gradient(int group, Span span, int owner, ByteBuffer sum) {}

  /** Sends sums of gradients to the owners of their groups, by one word to the sending thread. */
  public void sendGradients(long ofStep, List<Gradient> gradients) {
    List<List<Frame>> frames =
        gradients.stream()
            .map(
                g ->
                    frames(
                        Kind.GRADIENT, ofStep, g.group(), g.span().from(), g.span().to(), g.sum()))
            .toList();
    loop.execute(
        () -> {
          for (int i = 0; i < frames.size(); i++) {
            send(gradients.get(i).owner(), frames.get(i));
          }
        });
  }

  /** Sends a group's new value to all other members. */
  public void sendValue(long ofStep, int group, ByteBuffer value) {
    List<Frame> frames = frames(Kind.VALUE, ofStep, group, 0, 0, value);
    loop.execute(
        () -> {
          for (int member = 0; member < outbound.length; member++) {
            if (member != members.me()) {
              send(member, frames);
            }
          }
        });
  }

  private List<Frame> frames(Kind kind, long ofStep, int group, int from, int to, ByteBuffer all) {
    int size = all.remaining();
    List<Frame> frames = new ArrayList<>(size / FrameHeader.MAX_PAYLOAD_BYTES + 1);
    for (int offset = 0; offset < size; offset += FrameHeader.MAX_PAYLOAD_BYTES) {
      int length = Math.min(FrameHeader.MAX_PAYLOAD_BYTES, size - offset);
      ByteBuffer payload = all.slice(all.position() + offset, length);
      FrameHeader header =
          new FrameHeader(
              kind,
              members.generation(),
              ofStep,
              group,
              from,
              to,
              offset,
              length,
              FrameHeader.crc(payload));
      frames.add(new Frame(header, payload));
    }
    return frames;
  }

  private void send(int member, List<Frame> frames) {
    if (over) {
      return;
    }
    for (Frame frame : frames) {
      sentBytes.addAndGet(FrameHeader.BYTES + (long) frame.header().length());
    }
    outbound[member].send(frames);
  }

  /** Bytes sent so far, with headers. */
  public long sentBytes() {
    return sentBytes.get();
  }

  /** Leaves the round; nobody is told. Returns when no memory of a slice is touched any more. */
  @Override
  public void close() {
    if (loop.inEventLoop()) {
      end();
    } else {
      loop.submit(this::end).syncUninterruptibly();
    }
  }

  /** Leaves the round soon; who waits is woken. Does not block. */
  public void leave() {
    loop.execute(this::end);
  }

  private void end() {
    if (over) {
      return;
    }
    over = true;
    ready.completeExceptionally(new IllegalStateException("the round is over"));
    for (int i = 0; i < members.size(); i++) {
      if (inbound[i] != null) {
        inbound[i].close();
      }
      if (outbound[i] != null) {
        outbound[i].close();
      }
    }
    if (targets != null) {
      targets.over();
    }
    whenOver.run();
  }

  /** What else ends with the round. */
  void whenOver(Runnable action) {
    whenOver = action;
    if (over) {
      action.run();
    }
  }

  boolean isOver() {
    return over;
  }

  boolean hasBegun(long ofStep) {
    return targets != null && ofStep == step;
  }

  /** Whether slices of that step may come before it is begun here. */
  boolean mayBegin(long ofStep) {
    return targets == null || ofStep == step + 1;
  }

  StepTargets targets() {
    return targets;
  }

  /** Lets a peer in that said a good hello. */
  boolean admit(int member, InboundPeer peer) {
    boolean free = member >= 0 && member < inbound.length && member != members.me();
    if (!free || over || inbound[member] != null) {
      return false;
    }
    inbound[member] = peer;
    peer.belongTo(this, member);
    becomeReady();
    return true;
  }

  void connected(int member, OutboundPeer peer) {
    outbound[member] = peer;
    if (over) {
      peer.close();
      return;
    }
    peer.say(
        FrameHeader.hello(
            members.generation(), members.members().get(member).exchangeKey(), members.me()));
    becomeReady();
  }

  private void becomeReady() {
    for (int i = 0; i < members.size(); i++) {
      if (i != members.me() && (inbound[i] == null || outbound[i] == null)) {
        return;
      }
    }
    ready.complete(null);
  }

  /** A sign of life to each, and a look at who gives none. */
  void keepAlive() {
    for (int i = 0; i < members.size() && !over; i++) {
      if (outbound[i] != null) {
        outbound[i].say(FrameHeader.ping(members.generation()));
      }
      if (inbound[i] != null && inbound[i].silentNanos() > members.lease().toNanos()) {
        lost(i, "silent for more than " + members.lease().toMillis() + " ms");
      }
    }
  }

  private void loseMissing() {
    for (int i = 0; i < members.size(); i++) {
      if (i != members.me() && (inbound[i] == null || outbound[i] == null)) {
        lost(i, outbound[i] == null ? "it cannot be reached" : "it did not connect");
      }
    }
  }

  void lost(int member, String reason) {
    if (!over) {
      end();
      listener.peerLost(members.generation(), members.id(member), reason);
    }
  }
}
