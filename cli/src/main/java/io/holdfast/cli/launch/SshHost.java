package io.holdfast.cli.launch;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A machine of a host list.
 *
 * @param login by which OpenSSH's client reaches it: a name, {@code user@name}, or an alias of the
 *     user's configuration
 * @param address by which the other machines reach it
 */
public record SshHost(String login, InetAddress address) {

  /** Hosts in a list, at most. */
  static final int MAX_HOSTS = 1024;

  /** No word that the client or a shell could take for something else than a host. */
  private static final Pattern LOGIN =
      Pattern.compile("([A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9_:][A-Za-z0-9_.:-]*");

  /**
   * Takes hosts as users write them: {@code [USER@]HOST[=ADDRESS]}, each once.
   *
   * @throws IllegalArgumentException says which one is bad, and what is allowed
   */
  public static List<SshHost> parse(List<String> words) {
    Map<String, SshHost> hosts = new LinkedHashMap<>();
    for (String word : words) {
      SshHost host = parse(word);
      if (hosts.putIfAbsent(host.login(), host) != null) {
        throw new IllegalArgumentException(word + ": is there twice (see --workers-per-host)");
      }
    }
    if (hosts.isEmpty() || hosts.size() > MAX_HOSTS) {
      throw new IllegalArgumentException(hosts.size() + " hosts (allowed: 1 to " + MAX_HOSTS + ")");
    }
    return List.copyOf(hosts.values());
  }

  /**
   * The hosts of a file: one a line; {@code #} begins a comment.
   *
   * @throws IllegalArgumentException as {@link #parse(List)}
   */
  public static List<SshHost> parseFile(List<String> lines) {
    List<String> words = new ArrayList<>();
    for (String line : lines) {
      String word = line.replaceFirst("#.*", "").strip();
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    return parse(words);
  }

  private static SshHost parse(String word) {
    int equals = word.indexOf('=');
    String login = equals < 0 ? word : word.substring(0, equals);
    if (!LOGIN.matcher(login).matches()) {
      throw new IllegalArgumentException(
          word
              + ": not a host (allowed: [USER@]HOST[=ADDRESS], such as gpu1 or ann@gpu1=10.0.0.1)");
    }
    String name = equals < 0 ? login.substring(login.indexOf('@') + 1) : word.substring(equals + 1);
    try {
      return new SshHost(login, InetAddress.getByName(name));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          word + ": unknown host " + name + " (allowed: a name that resolves, or HOST=ADDRESS)", e);
    }
  }

  /** HOST:PORT at this machine. */
  public String at(int port) {
    String text = address.getHostAddress();
    return (address instanceof Inet6Address ? "[" + text + "]" : text) + ":" + port;
  }
}
