package io.holdfast.worker.exchange;

import io.holdfast.worker.exchange.FrameHeader.BadFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Takes frames off one connection. The socket is read straight into where bytes belong: the header
 * into 64 bytes of its own, the payload into the memory that the {@link Sink} names. So nothing is
 * copied, and no length that comes from the network ever allocates.
 */
final class InboundFrames extends ChannelInboundHandlerAdapter {

  /** Reads of one connection before the others have their turn. */
  private static final int READS_IN_A_ROW = 16;

  /** What a connection's frames mean. Called on the exchange's thread. */
  interface Sink {
    /** What is to be done with a frame whose header is good. */
    Verdict header(FrameHeader header);

    /** The payload of the last accepted header stands in its memory, its checksum is right. */
    void payload(FrameHeader header);

    /** Bytes came. */
    void alive();

    /** The connection is over, by its other side or by bytes that are no frame. */
    void ended(String reason);
  }

  /** What becomes of a frame. */
  sealed interface Verdict {
    /** It has no payload, and has been dealt with. */
    record Done() implements Verdict {}

    /** Its payload goes there, from position to limit. */
    record Into(ByteBuffer memory) implements Verdict {}

    /** Not yet: the connection is not read until {@link InboundFrames#resume}. */
    record Wait() implements Verdict {}

    /** The connection has been closed. */
    record Refused() implements Verdict {}
  }

  private final Sink sink;
  private final ByteBuffer headerBytes = ByteBuffer.allocateDirect(FrameHeader.BYTES);
  private final ByteBuffer nothing = ByteBuffer.allocateDirect(1);
  private Channel channel;
  private Optional<FrameHeader> header = Optional.empty();
  private ByteBuffer payload;
  private boolean waiting;

  /** The memory that the next read goes to: position is how far it is filled. */
  private ByteBuffer target = headerBytes;

  InboundFrames(Sink sink) {
    this.sink = sink;
  }

  /** Gives reads their memory; to be set on the channel before it is first read. */
  RecvByteBufAllocator allocator() {
    return new DefaultMaxMessagesRecvByteBufAllocator(READS_IN_A_ROW) {
      @Override
      public ExtendedHandle newHandle() {
        return new MaxMessageHandle() {
          @Override
          public int guess() {
            return target.remaining();
          }

          @Override
          public ByteBuf allocate(ByteBufAllocator allocator) {
            return Unpooled.wrappedBuffer(waiting ? nothing : target).clear();
          }
        };
      }
    };
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    channel = context.channel();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    int count = bytes.readableBytes();
    bytes.release();
    if (waiting) {
      // Nothing is read while a frame waits, except to find out that the other side has gone.
      end("it went while a frame of it waited");
      return;
    }
    sink.alive();
    target.position(target.position() + count);
    if (target.hasRemaining()) {
      return;
    }
    if (header.isEmpty()) {
      headerComplete();
    } else {
      payloadComplete();
    }
  }

  private void headerComplete() {
    try {
      headerBytes.clear();
      FrameHeader next = FrameHeader.decode(headerBytes);
      header = Optional.of(next);
      obey(sink.header(next));
    } catch (BadFrameException e) {
      end(e.getMessage());
    }
  }

  private void obey(Verdict verdict) {
    if (verdict instanceof Verdict.Into into) {
      payload = into.memory().slice();
      target = payload;
    } else if (verdict instanceof Verdict.Wait) {
      waiting = true;
      channel.config().setAutoRead(false);
    } else if (verdict instanceof Verdict.Done) {
      next();
    }
  }

  private void payloadComplete() {
    FrameHeader complete = header.orElseThrow();
    if (FrameHeader.crc(payload.rewind()) != complete.payloadCrc()) {
      end("the checksum of a payload is wrong");
      return;
    }
    next();
    sink.payload(complete);
  }

  private void next() {
    header = Optional.empty();
    payload = null;
    target = headerBytes.clear();
  }

  boolean isWaiting() {
    return waiting;
  }

  /** Asks the sink again about the frame that waits, and goes on reading. */
  void resume() {
    if (!waiting) {
      return;
    }
    waiting = false;
    obey(sink.header(header.orElseThrow()));
    if (!waiting) {
      channel.config().setAutoRead(true);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    sink.ended("connection closed");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    end(cause.getMessage() == null ? cause.toString() : cause.getMessage());
  }

  private void end(String reason) {
    sink.ended(reason);
    channel.close();
  }
}
