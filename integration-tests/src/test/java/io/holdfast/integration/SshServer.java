package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A private sshd at the loopback addresses 127.0.0.1 and 127.0.0.2, which the client's
 * configuration calls hosts {@code a} and {@code b}; nobody listens at {@code c}, 127.0.0.4.
 */
final class SshServer implements AutoCloseable {
  static final String A = "a=127.0.0.1";
  static final String B = "b=127.0.0.2";
  static final String C = "c=127.0.0.4";

  private static final Duration DEADLINE = Duration.ofMinutes(1);

  private final Path directory;
  private final int port;
  private Process server;

  private SshServer(Path directory, int port) {
    this.directory = directory;
    this.port = port;
  }

  /** Why it cannot be started on this system; empty if it can. */
  static Optional<String> obstacle() throws IOException {
    Optional<String> missing = Programs.missing("sshd", "ssh", "ssh-keygen");
    if (missing.isPresent()) {
      return Optional.of(missing.get() + " is not installed (Debian: openssh-server)");
    }
    return Files.isDirectory(Path.of("/run/sshd"))
        ? Optional.empty()
        : Optional.of("there is no /run/sshd, which sshd needs");
  }

  static SshServer start(Path directory) throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(0));
      port = socket.getLocalPort();
    }
    SshServer server = new SshServer(directory, port);
    server.configure();
    server.server =
        new ProcessBuilder(
                Programs.path("sshd"), "-D", "-e", "-f", directory.resolve("server").toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    Await.until(DEADLINE, () -> "sshd does not listen at port " + port, server::listens);
    return server;
  }

  private boolean listens() {
    assertThat(server.isAlive()).as("sshd lives").isTrue();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.2", port));
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private void configure() throws IOException, InterruptedException {
    makeKey("host_key");
    makeKey("key");
    Path authorized = directory.resolve("authorized");
    Files.copy(directory.resolve("key.pub"), authorized, StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(
        directory.resolve("server"),
        """
        Port %2$d
        ListenAddress 127.0.0.1
        ListenAddress 127.0.0.2
        HostKey %1$s/host_key
        PidFile none
        AuthorizedKeysFile %1$s/authorized
        StrictModes no
        UsePAM no
        PasswordAuthentication no
        """
            .formatted(directory, port));
    Files.writeString(
        directory.resolve("client"),
        """
        Host a
          HostName 127.0.0.1
        Host b
          HostName 127.0.0.2
        Host c
          HostName 127.0.0.4
        Host *
          Port %2$d
          IdentityFile %1$s/key
          IdentitiesOnly yes
          UserKnownHostsFile %1$s/known_hosts
          StrictHostKeyChecking accept-new
          LogLevel ERROR
        """
            .formatted(directory, port));
  }

  private void makeKey(String name) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            "ssh-keygen",
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-f",
            directory.resolve(name).toString());
    Holdfast.Result result = Holdfast.startProcess(directory, command).await();
    assertThat(result.exitCode()).as(result.all()).isZero();
  }

  /** The client with its configuration, in one word as {@code --ssh} takes it. */
  String client() {
    return "ssh -F " + directory.resolve("client");
  }

  @Override
  public void close() {
    List<ProcessHandle> sessions = server.descendants().toList();
    server.destroyForcibly();
    Processes.killAll(sessions);
  }
}
