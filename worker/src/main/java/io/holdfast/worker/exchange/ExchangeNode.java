package io.holdfast.worker.exchange;

import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.Generation;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * A worker's end of the exchange: listens for the other members, and belongs to one round at a
 * time. One thread does all the reading and writing. A connection that says something else than a
 * good hello of this round, or nothing, is closed and told in the log; it has no effect on a round.
 * A hello of a round that this worker was not told of yet waits for it.
 */
public final class ExchangeNode implements AutoCloseable, InboundPeer.Reception {
  private static final Logger LOG = LoggerFactory.getLogger(ExchangeNode.class);

  /** Marks lines that strangers can cause as often as they like. */
  private static final Marker REFUSED = MarkerFactory.getMarker("REFUSED");

  /** How long a connection may take to say who it is. */
  static final Duration HELLO_DEADLINE = Duration.ofSeconds(5);

  /** How long an early hello waits for its round to come here too. */
  static final Duration EARLY_DEADLINE = Duration.ofSeconds(60);

  /** How long connecting to a member may take. */
  static final Duration CONNECT_DEADLINE = Duration.ofSeconds(10);

  /** Connections that belong to no round, at most; more are closed at once. */
  static final int MAX_STRANGERS = 1024;

  private static final int BACKLOG = 1024;

  private final EventLoopGroup group;
  private final EventLoop loop;
  private final String host;
  private final long key = new SecureRandom().nextLong();
  private final Optional<SameHost> sameHost;
  private Channel server;

  // From here on for the exchange's thread alone.
  private final List<InboundPeer> strangers = new ArrayList<>();
  private Generation newest = Generation.NONE;
  private Optional<ExchangeRound> round = Optional.empty();

  private ExchangeNode(String host, boolean sameHost) {
    this.host = host;
    this.sameHost =
        sameHost && Epoll.isAvailable() ? Optional.of(new SameHost()) : Optional.empty();
    this.group =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("exchange", true),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    this.loop = (EventLoop) group.next();
  }

  /**
   * Listens.
   *
   * @param host by which the other members reach this worker
   * @param port 0 for any
   * @throws IOException if nobody may listen there
   */
  public static ExchangeNode open(String host, int port) throws IOException {
    return open(host, port, true);
  }

  /**
   * As {@link #open(String, int)}.
   *
   * @param sameHost whether members of one host speak over a socket of the host, where there are
   *     such, not over TCP
   */
  static ExchangeNode open(String host, int port, boolean sameHost) throws IOException {
    ExchangeNode node = new ExchangeNode(host, sameHost);
    try {
      node.server = node.listen(port);
      node.sameHost.ifPresent(here -> here.listen(node.group, node.port(), node.key, node::meet));
    } catch (IOException e) {
      node.group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw e;
    }
    return node;
  }

  private Channel listen(int port) throws IOException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    meet(channel);
                  }
                })
            .bind(new InetSocketAddress(host, port))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen at " + host + ":" + port + ": " + bound.cause().getMessage(),
          bound.cause());
    }
    return bound.channel();
  }

  /** HOST:PORT where others reach this worker. */
  public String address() {
    return host + ":" + port();
  }

  private int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  /** What others must say first. */
  public long key() {
    return key;
  }

  /**
   * Leaves the round before and begins to connect to the members of this one.
   *
   * @param listener told if the round cannot go on
   */
  public ExchangeRound join(RoundMembers members, ExchangeRound.Listener listener) {
    ExchangeRound joined = new ExchangeRound(members, loop, listener);
    List<InetSocketAddress> addresses = members.members().stream().map(this::resolve).toList();
    loop.submit(() -> enter(joined, addresses)).syncUninterruptibly();
    return joined;
  }

  /** Leaves the round if it is of that generation or an older one; does not block. */
  public void leave(Generation generation) {
    loop.execute(
        () ->
            round
                .filter(now -> now.members().generation().compareTo(generation) <= 0)
                .ifPresent(ExchangeRound::close));
  }

  private void enter(ExchangeRound joined, List<InetSocketAddress> addresses) {
    RoundMembers members = joined.members();
    if (members.generation().compareTo(newest) <= 0) {
      throw new IllegalStateException(members.generation() + " after " + newest);
    }
    round.ifPresent(ExchangeRound::close);
    newest = members.generation();
    round = Optional.of(joined);
    for (InboundPeer early : List.copyOf(strangers)) {
      early.hello().ifPresent(hello -> hello(early, hello));
    }
    for (int i = 0; i < members.size(); i++) {
      if (i != members.me()) {
        connect(joined, i, addresses.get(i));
      }
    }
    long period = members.heartbeat().toMillis();
    ScheduledFuture<?> beat =
        loop.scheduleAtFixedRate(joined::keepAlive, period, period, TimeUnit.MILLISECONDS);
    joined.whenOver(() -> beat.cancel(false));
  }

  private InetSocketAddress resolve(Member member) {
    int colon = member.exchangeAddress().lastIndexOf(':');
    return new InetSocketAddress(
        member.exchangeAddress().substring(0, colon),
        Integer.parseInt(member.exchangeAddress().substring(colon + 1)));
  }

  /** Over a socket of this host if the member is on it and can be reached so, else over TCP. */
  private void connect(ExchangeRound joined, int member, InetSocketAddress address) {
    long memberKey = joined.members().members().get(member).exchangeKey();
    if (sameHost.isEmpty() || !SameHost.isHere(address.getAddress())) {
      connectByTcp(joined, member, address);
      return;
    }
    sameHost
        .get()
        .connect(group, address.getPort(), memberKey, new OutboundPeer(joined, member))
        .addListener(
            (ChannelFuture connected) -> {
              if (!connected.isSuccess()) {
                connectByTcp(joined, member, address);
              }
            });
  }

  private void connectByTcp(ExchangeRound joined, int member, InetSocketAddress address) {
    new Bootstrap()
        .group(group)
        .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_DEADLINE.toMillis())
        .handler(new OutboundPeer(joined, member))
        .connect(address)
        .addListener(
            (ChannelFuture connected) -> {
              if (!connected.isSuccess()) {
                joined.lost(member, address + ": " + connected.cause().getMessage());
              }
            });
  }

  private void meet(Channel channel) {
    InboundPeer peer = new InboundPeer(channel, this);
    channel.config().setRecvByteBufAllocator(peer.frames().allocator());
    channel.pipeline().addLast(peer.frames());
    if (strangers.size() >= MAX_STRANGERS) {
      refuse(peer, "there are " + MAX_STRANGERS + " connections of no round already");
      return;
    }
    strangers.add(peer);
    loop.schedule(
        () -> {
          if (strangers.contains(peer) && peer.hello().isEmpty()) {
            refuse(peer, "it said nothing for " + HELLO_DEADLINE.toSeconds() + " s");
          }
        },
        HELLO_DEADLINE.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  @Override
  public void hello(InboundPeer peer, FrameHeader hello) {
    if (hello.step() != key) {
      refuse(peer, "it does not know this worker's key");
      return;
    }
    int order = hello.generation().compareTo(newest);
    if (order > 0) {
      expectRound(peer, hello.generation());
    } else if (order < 0) {
      refuse(peer, "its generation " + hello.generation() + " is over, now is " + newest);
    } else if (round.isPresent() && round.get().admit(hello.group(), peer)) {
      strangers.remove(peer);
      peer.resume();
    } else {
      refuse(peer, "member " + hello.group() + " of " + newest + " has no place here");
    }
  }

  private void expectRound(InboundPeer peer, Generation generation) {
    loop.schedule(
        () -> {
          if (strangers.contains(peer)) {
            refuse(peer, "its round " + generation + " never came here");
          }
        },
        EARLY_DEADLINE.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  @Override
  public void gone(InboundPeer peer, String reason) {
    if (strangers.remove(peer)) {
      LOG.warn(REFUSED, "Connection from {} refused: {}", peer.name(), reason);
    }
  }

  private void refuse(InboundPeer peer, String why) {
    strangers.remove(peer);
    LOG.warn(REFUSED, "Connection from {} refused: {}", peer.name(), why);
    peer.close();
  }

  @Override
  public void close() {
    loop.submit(
            () -> {
              round.ifPresent(ExchangeRound::close);
              strangers.forEach(InboundPeer::close);
            })
        .syncUninterruptibly();
    server.close().syncUninterruptibly();
    group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
  }
}
