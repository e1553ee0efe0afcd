package io.holdfast.worker.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.util.List;

/** The connection on which this member speaks to another one. For the exchange's thread. */
final class OutboundPeer extends ChannelInboundHandlerAdapter {
  private final ExchangeRound round;
  private final int member;
  private Channel channel;

  OutboundPeer(ExchangeRound round, int member) {
    this.round = round;
    this.member = member;
  }

  /** One frame: its header and a view of the memory that its payload lies in. */
  record Frame(FrameHeader header, ByteBuffer payload) {}

  @Override
  public void channelActive(ChannelHandlerContext context) {
    channel = context.channel();
    round.connected(member, this);
  }

  void say(FrameHeader header) {
    if (channel != null) {
      channel.writeAndFlush(encode(header), channel.voidPromise());
    }
  }

  void send(List<Frame> frames) {
    if (channel == null) {
      return;
    }
    for (Frame frame : frames) {
      channel.write(encode(frame.header()), channel.voidPromise());
      channel.write(Unpooled.wrappedBuffer(frame.payload()), channel.voidPromise());
    }
    channel.flush();
  }

  private ByteBuf encode(FrameHeader header) {
    ByteBuf bytes = channel.alloc().directBuffer(FrameHeader.BYTES, FrameHeader.BYTES);
    header.encode(bytes.internalNioBuffer(0, FrameHeader.BYTES).slice());
    return bytes.writerIndex(FrameHeader.BYTES);
  }

  void close() {
    if (channel != null) {
      channel.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ReferenceCountUtil.release(message);
    round.lost(member, "it speaks on a connection on which it should listen");
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    round.lost(member, "connection closed");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    round.lost(member, cause.getMessage() == null ? cause.toString() : cause.getMessage());
  }
}
