package io.holdfast.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What users write about hosts, and what is asked of the ssh client. */
class SshTextTest {

  @Test
  void aHostHasALoginAndAnAddress() {
    List<SshHost> hosts = SshHost.parse(List.of("127.0.0.1", "ann@gpu1=127.0.0.2", "b=::1"));
    assertThat(hosts).extracting(SshHost::login).containsExactly("127.0.0.1", "ann@gpu1", "b");
    assertThat(hosts)
        .extracting(host -> host.at(7000))
        .containsExactly("127.0.0.1:7000", "127.0.0.2:7000", "[0:0:0:0:0:0:0:1]:7000");
  }

  @Test
  void aHostFileHasCommentsAndEmptyLines() {
    assertThat(SshHost.parseFile(List.of("# all", "", "  127.0.0.1  # first", "b=127.0.0.2")))
        .extracting(SshHost::login)
        .containsExactly("127.0.0.1", "b");
  }

  @Test
  void whatAClientOrAShellCouldMisunderstandIsNoHost() {
    for (String bad :
        List.of("-oProxyCommand=x", "a b", "a;b", "", "=127.0.0.1", "u@-x", "$(x)", "a@b@c")) {
      assertThatThrownBy(() -> SshHost.parse(List.of(bad)))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("allowed");
    }
    assertThatThrownBy(() -> SshHost.parse(List.of("a=127.0.0.1", "a=127.0.0.2")))
        .hasMessageContaining("twice");
    assertThatThrownBy(() -> SshHost.parse(List.of("a=no-such-host.invalid")))
        .hasMessageContaining("unknown host no-such-host.invalid");
    assertThatThrownBy(() -> SshHost.parse(List.of())).hasMessageContaining("0 hosts");
  }

  /** The far shell is played by one here. */
  @Test
  void anyWordArrivesAsItWas() throws Exception {
    SshHost host = SshHost.parse(List.of("127.0.0.1")).get(0);
    List<String> words =
        List.of("a b", "it's", "$HOME", "\"q\"", "`x`", "--set", "a=[1, 2]", "é\\");
    SshClient client = new SshClient(List.of("ssh", "-p", "22"), "printf");
    List<String> arguments = new ArrayList<>(List.of("%s\n"));
    arguments.addAll(words);
    List<String> command = client.command(host, arguments);
    assertThat(command).startsWith("ssh", "-p", "22").contains("BatchMode=yes");
    assertThat(command.subList(command.size() - 3, command.size() - 1))
        .containsExactly("--", "127.0.0.1");
    Process shell = new ProcessBuilder("sh", "-c", command.get(command.size() - 1)).start();
    String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).isZero();
    assertThat(out.lines()).containsExactlyElementsOf(words);
  }

  @Test
  void theFarShellTellsWhichSignalKilled() throws Exception {
    SshHost host = SshHost.parse(List.of("127.0.0.1")).get(0);
    List<String> command =
        new SshClient(List.of("ssh"), "sh").command(host, List.of("-c", "kill -9 $$"));
    Process shell = new ProcessBuilder("sh", "-c", command.get(command.size() - 1)).start();
    assertThat(shell.waitFor()).isEqualTo(137);
  }
}
