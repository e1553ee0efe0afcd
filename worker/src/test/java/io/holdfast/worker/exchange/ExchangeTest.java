package io.holdfast.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.job.plan.SumTree.Span;
import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.Generation;
import io.holdfast.worker.exchange.ExchangeRound.Gradient;
import io.holdfast.worker.exchange.FrameHeader.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real sockets, here of TCP: slices arrive as they were sent, and nothing else has any effect. */
class ExchangeTest {
  static final Generation NOW = new Generation(3, 4);
  private static final Duration HEARTBEAT = Duration.ofMillis(100);
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final long SEED = 20261123;
  private static final int SLICE = 700_001;
  private final Random random = new Random(SEED);
  private final List<ExchangeNode> nodes = new ArrayList<>();
  private final BlockingQueue<String> losses = new LinkedBlockingQueue<>();

  @AfterEach
  void closeAll() {
    nodes.forEach(ExchangeNode::close);
  }

  /** Whether members of one host use sockets of the host. */
  boolean sameHost() {
    return false;
  }

  final List<Member> open(int count) throws IOException {
    return open(count, sameHost());
  }

  final List<Member> open(int count, boolean sameHost) throws IOException {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ExchangeNode node = ExchangeNode.open("127.0.0.1", 0, sameHost);
      nodes.add(node);
      members.add(new Member("w" + (nodes.size() - 1), List.of(i), node.address(), node.key()));
    }
    return members;
  }

  private ExchangeRound join(int node, List<Member> members, Generation generation) {
    return nodes
        .get(node)
        .join(
            new RoundMembers(generation, members, node, HEARTBEAT, LEASE),
            (g, worker, reason) -> losses.add("w" + node + " lost " + worker + ": " + reason));
  }

  final List<ExchangeRound> joinAll(List<Member> members, Generation generation)
      throws InterruptedException {
    List<ExchangeRound> rounds = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      rounds.add(join(i, members, generation));
    }
    for (ExchangeRound round : rounds) {
      assertThat(round.awaitReady(Duration.ofSeconds(10))).isTrue();
    }
    return rounds;
  }

  private byte[] content() {
    byte[] bytes = new byte[SLICE];
    random.nextBytes(bytes);
    return bytes;
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  @Test
  void slicesArriveAsTheyWereSentForManySteps() throws Exception {
    List<Member> members = open(3);
    List<ExchangeRound> rounds = joinAll(members, NOW);
    for (long step = 1; step <= 5; step++) {
      List<TestTargets> targets = new ArrayList<>();
      for (ExchangeRound round : rounds) {
        targets.add(new TestTargets(SLICE));
        round.begin(step, targets.get(targets.size() - 1));
      }
      byte[] gradient = content();
      byte[] value = content();
      rounds
          .get(1)
          .sendGradients(step, List.of(new Gradient(7, new Span(2, 4), 0, direct(gradient))));
      rounds.get(0).sendValue(step, 7, direct(value));
      assertThat(targets.get(0).await("gradient 7 2-4")).as("seed %d", SEED).isEqualTo(gradient);
      assertThat(targets.get(1).await("value 7")).isEqualTo(value);
      assertThat(targets.get(2).await("value 7")).isEqualTo(value);
    }
    assertThat(rounds.get(2).sentBytes()).isZero();
    long frames = (SLICE + FrameHeader.MAX_PAYLOAD_BYTES - 1) / FrameHeader.MAX_PAYLOAD_BYTES;
    assertThat(rounds.get(1).sentBytes()).isEqualTo(5 * (SLICE + frames * FrameHeader.BYTES));
    assertThat(losses).isEmpty();
  }

  @Test
  void whatComesBeforeItsStepWaitsAndIsNotLost() throws Exception {
    List<ExchangeRound> rounds = joinAll(open(2), NOW);
    byte[] first = content();
    byte[] second = content();
    rounds.get(0).sendValue(1, 0, direct(first));
    rounds.get(0).sendValue(2, 0, direct(second));
    TestTargets one = new TestTargets(SLICE);
    rounds.get(1).begin(1, one);
    assertThat(one.await("value 0")).isEqualTo(first);
    TestTargets two = new TestTargets(SLICE);
    rounds.get(1).begin(2, two);
    assertThat(two.await("value 0")).isEqualTo(second);
    assertThat(losses).isEmpty();
  }

  @Test
  void aMemberThatKnowsTheRoundEarlierIsWaitedFor() throws Exception {
    List<Member> members = open(2);
    ExchangeRound early = join(0, members, NOW);
    assertThat(early.awaitReady(Duration.ofMillis(300))).isFalse();
    assertThat(losses.poll(10, TimeUnit.SECONDS)).isEqualTo("w0 lost w1: it did not connect");
    Generation next = NOW.nextRound();
    ExchangeRound again = join(0, members, next);
    ExchangeRound late = join(1, members, next);
    assertThat(again.awaitReady(Duration.ofSeconds(10))).isTrue();
    assertThat(late.awaitReady(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void aDeadMemberIsKnownAtOnceAndWaitersAreWoken() throws Exception {
    List<ExchangeRound> rounds = joinAll(open(2), NOW);
    TestTargets targets = new TestTargets(SLICE);
    rounds.get(0).begin(1, targets);
    nodes.remove(1).close();
    targets.awaitOver();
    assertThat(losses.poll(10, TimeUnit.SECONDS)).startsWith("w0 lost w1: ");
  }

  @Test
  void aMemberThatIsSilentForTheLeaseIsLost() throws Exception {
    List<Member> members = open(1);
    try (Impostor silent = new Impostor()) {
      members.add(silent.member());
      join(0, members, NOW);
      silent.connect(members.get(0), NOW, 1);
      assertThat(losses.poll(10, TimeUnit.SECONDS))
          .isEqualTo("w0 lost w9: silent for more than 2000 ms");
    }
  }

  /** What a stranger may say: each is refused, and the round that stands goes on. */
  @Test
  void strangersAreRefusedAndHaveNoEffect() throws Exception {
    List<Member> members = open(2);
    List<ExchangeRound> rounds = joinAll(members, NOW);
    Member target = members.get(0);
    byte[] noise = new byte[1000];
    random.nextBytes(noise);
    requireRefused(target, noise);
    requireRefused(target, header(FrameHeader.hello(NOW, target.exchangeKey() + 1, 1)));
    requireRefused(target, header(FrameHeader.hello(NOW, target.exchangeKey(), 1)));
    requireRefused(target, header(FrameHeader.hello(NOW, target.exchangeKey(), 0)));
    requireRefused(target, header(FrameHeader.hello(NOW, target.exchangeKey(), 1 << 30)));
    Generation old = new Generation(3, 3);
    requireRefused(target, header(FrameHeader.hello(old, target.exchangeKey(), 1)));
    requireRefused(target, header(FrameHeader.ping(NOW)));
    requireRefused(target, damagedLength());
    requireRefused(target, new byte[0]);
    byte[] value = content();
    TestTargets targets = new TestTargets(SLICE);
    rounds.get(0).begin(1, targets);
    rounds.get(1).sendValue(1, 3, direct(value));
    assertThat(targets.await("value 3")).isEqualTo(value);
    assertThat(losses).isEmpty();
  }

  /** A header that says 2 GiB, with the right checksum for that. */
  private static byte[] damagedLength() {
    return header(new FrameHeader(Kind.VALUE, NOW, 1, 0, 0, 0, 0, Integer.MAX_VALUE, 0));
  }

  @Test
  void aMemberThatBreaksTheRulesEndsTheRoundAndStoresNothing() throws Exception {
    byte[] payload = new byte[100];
    random.nextBytes(payload);
    FrameHeader good =
        new FrameHeader(
            Kind.VALUE, NOW, 1, 0, 0, 0, 0, 100, FrameHeader.crc(ByteBuffer.wrap(payload)));
    requireLost(
        frame(with(good, NOW, 1, 0, 100, good.payloadCrc() + 1), payload), "checksum of a payload");
    requireLost(
        frame(with(good, new Generation(3, 3), 1, 0, 100, good.payloadCrc()), payload),
        "a frame of generation t3r3");
    requireLost(frame(with(good, NOW, 7, 0, 100, good.payloadCrc()), payload), "a frame of step 7");
    requireLost(
        frame(with(good, NOW, 1, 50, 100, good.payloadCrc()), payload), "does not fit its slice");
    requireLost(damagedLength(), "a frame of 2147483647 bytes");
    requireLost(header(FrameHeader.hello(NOW, 0, 1)), "hello twice");
    byte[] noise = new byte[FrameHeader.BYTES];
    random.nextBytes(noise);
    requireLost(noise, "no frame begins with");
  }

  private static FrameHeader with(
      FrameHeader h, Generation generation, long step, int offset, int length, int crc) {
    return new FrameHeader(
        h.kind(), generation, step, h.group(), h.from(), h.to(), offset, length, crc);
  }

  private void requireLost(byte[] said, String why) throws Exception {
    List<Member> members = open(1);
    try (Impostor member = new Impostor()) {
      members.add(member.member());
      ExchangeRound round = join(nodes.size() - 1, List.of(members.get(0), members.get(1)));
      TestTargets targets = new TestTargets(SLICE);
      round.begin(1, targets);
      member.connect(members.get(0), NOW, 1).getOutputStream().write(said);
      assertThat(losses.poll(10, TimeUnit.SECONDS)).contains(why);
      targets.awaitOver();
      assertThat(targets.hasReceived("value 0")).isFalse();
    }
  }

  private ExchangeRound join(int node, List<Member> members) {
    return nodes
        .get(node)
        .join(
            new RoundMembers(NOW, members, 0, HEARTBEAT, LEASE),
            (g, worker, reason) -> losses.add(reason));
  }

  private static byte[] header(FrameHeader header) {
    return frame(header, new byte[0]);
  }

  private static byte[] frame(FrameHeader header, byte[] payload) {
    ByteBuffer bytes = ByteBuffer.allocate(FrameHeader.BYTES + payload.length);
    header.encode(bytes);
    bytes.position(FrameHeader.BYTES);
    return bytes.put(payload).array();
  }

  /** Closed by the other side, within the time that anybody may take to say who it is. */
  private static void requireRefused(Member target, byte[] said) throws IOException {
    try (Socket socket = connect(target)) {
      socket.getOutputStream().write(said);
      socket.setSoTimeout((int) ExchangeNode.HELLO_DEADLINE.plusSeconds(10).toMillis());
      requireEnd(socket.getInputStream());
    }
  }

  private static void requireEnd(InputStream in) {
    try {
      assertThat(in.read()).isEqualTo(-1);
    } catch (IOException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  private static Socket connect(Member target) throws IOException {
    String[] address = target.exchangeAddress().split(":");
    return new Socket(address[0], Integer.parseInt(address[1]));
  }

  /** A member made of plain sockets, which says what a test wants. */
  private static final class Impostor implements AutoCloseable {
    private final java.net.ServerSocket server =
        new java.net.ServerSocket(0, 10, java.net.InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new ArrayList<>();

    Impostor() throws IOException {}

    Member member() {
      return new Member("w9", List.of(1), "127.0.0.1:" + server.getLocalPort(), 5);
    }

    Socket connect(Member target, Generation generation, int number) throws IOException {
      Socket socket = ExchangeTest.connect(target);
      sockets.add(socket);
      socket
          .getOutputStream()
          .write(header(FrameHeader.hello(generation, target.exchangeKey(), number)));
      return socket;
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : sockets) {
        socket.close();
      }
      server.close();
    }
  }
}
