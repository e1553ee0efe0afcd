package io.holdfast.worker.exchange;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way between members of one host: Unix domain sockets in Linux's abstract namespace (unix(7)),
 * which belongs to the network namespace and leaves no file behind. They carry the same frames as
 * TCP and take less of the cores for it. Who cannot be reached so is reached by TCP.
 */
final class SameHost {
  private static final Logger LOG = LoggerFactory.getLogger(SameHost.class);

  /** Whether an address is one of this host's. */
  static boolean isHere(InetAddress address) {
    try {
      return address != null
          && (address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null);
    } catch (SocketException e) {
      LOG.debug("Whether {} is of this host cannot be found out: {}", address, e.toString());
      return false;
    }
  }

  /**
   * Listens beside TCP.
   *
   * @param port that the same member listens at by TCP
   * @param key of the member, which makes the name unlike any other's
   */
  void listen(EventLoopGroup group, int port, long key, Consumer<Channel> meet) {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerDomainSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    meet.accept(channel);
                  }
                })
            .bind(name(port, key))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      LOG.info("Members of this host speak over TCP: {}", bound.cause().toString());
    }
  }

  /** Begins to connect to a member of this host. */
  ChannelFuture connect(EventLoopGroup group, int port, long key, ChannelHandler handler) {
    return new Bootstrap()
        .group(group)
        .channel(EpollDomainSocketChannel.class)
        .handler(handler)
        .connect(name(port, key));
  }

  private static DomainSocketAddress name(int port, long key) {
    return new DomainSocketAddress("\0holdfast-exchange-%d-%016x".formatted(port, key));
  }
}
