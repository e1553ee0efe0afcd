package io.holdfast.cli.launch;

import java.util.ArrayList;
import java.util.List;

/**
 * The command lines by which OpenSSH's client starts Holdfast elsewhere. What is started there
 * watches its standard input: it ends when the client does, be it by {@code kill -9}.
 *
 * @param client the client with the user's options, which go before ours and so count more
 * @param holdfast the program's path on the other machines
 */
public record SshClient(List<String> client, String holdfast) {

  /** No question that nobody answers; a silent network counts as a broken connection after 15 s. */
  private static final List<String> OPTIONS =
      List.of(
          "-T",
          "-o",
          "BatchMode=yes",
          "-o",
          "ConnectTimeout=10",
          "-o",
          "ServerAliveInterval=5",
          "-o",
          "ServerAliveCountMax=3");

  public SshClient {
    client = List.copyOf(client);
  }

  /** The client's command line for a command of Holdfast there. */
  public List<String> command(SshHost host, List<String> arguments) {
    List<String> command = new ArrayList<>(client);
    command.addAll(OPTIONS);
    command.addAll(List.of("--", host.login(), remote(arguments)));
    return command;
  }

  /**
   * For whatever shell the user has there. The inner shell stays, since only a shell tells by its
   * exit code which signal killed a process.
   */
  private String remote(List<String> arguments) {
    List<String> words = new ArrayList<>(List.of(holdfast));
    words.addAll(arguments);
    String script = "HOLDFAST_SUPERVISED=1 " + ShellText.quote(words) + "; exit $?";
    return "/bin/sh -c " + ShellText.quote(script);
  }
}
