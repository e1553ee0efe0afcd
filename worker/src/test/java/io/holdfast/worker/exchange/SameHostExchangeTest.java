package io.holdfast.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.CoordinatorMessage.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The same between members that find each other on one host. */
@EnabledOnOs(OS.LINUX)
class SameHostExchangeTest extends ExchangeTest {
  @Override
  boolean sameHost() {
    return true;
  }

  @Test
  void membersOfOneHostMeetOverItsSockets() throws Exception {
    List<Member> members = open(3);
    joinAll(members, NOW);
    for (Member member : members) {
      assertThat(sockets(member)).as("one listens, two are connected").isEqualTo(3);
    }
  }

  @Test
  void whoListensByTcpAloneIsReachedByTcp() throws Exception {
    Member tcpAlone = open(1, false).get(0);
    Member here = open(1).get(0);
    joinAll(List.of(tcpAlone, here), NOW);
    assertThat(sockets(tcpAlone)).isZero();
    assertThat(sockets(here)).as("listens; the other speaks TCP").isEqualTo(1);
  }

  /** Sockets of the host that bear the member's name. */
  private static long sockets(Member member) throws IOException {
    String port = member.exchangeAddress().substring(member.exchangeAddress().lastIndexOf(':') + 1);
    String name = "@holdfast-exchange-%s-%016x".formatted(port, member.exchangeKey());
    try (Stream<String> lines = Files.lines(Path.of("/proc/net/unix"))) {
      return lines.filter(line -> line.endsWith(name)).count();
    }
  }
}
