package io.holdfast.integration;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kerby.kerberos.kerb.KrbException;
import org.apache.kerby.kerberos.kerb.client.KrbClient;
import org.apache.kerby.kerberos.kerb.server.SimpleKdcServer;

/**
 * A Kerberos KDC (Apache Kerby's) on the loopback address, in this JVM. Clients reach it through a
 * relay that counts the logins it grants.
 */
final class Kdc implements AutoCloseable {
  static final String REALM = "HOLDFAST.TEST";

  /** What the KDC grants a login with begins with: KRB_AS_REP, the ASN.1 application tag 11. */
  private static final int GRANTED = 0x6b;

  private static final int MAX_MESSAGE_BYTES = 1 << 16;

  private final Path directory;
  private final SimpleKdcServer server;
  private final ServerSocket relay;
  private final AtomicInteger logins = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private Kdc(Path directory, SimpleKdcServer server, ServerSocket relay) {
    this.directory = directory;
    this.server = server;
    this.relay = relay;
  }

  static Kdc start(Path directory) throws IOException, KrbException {
    Files.createDirectories(directory);
    SimpleKdcServer server = new SimpleKdcServer();
    server.setWorkDir(directory.toFile());
    server.setKdcHost("127.0.0.1");
    server.setKdcRealm(REALM);
    server.setAllowUdp(false);
    try (ServerSocket free = new ServerSocket(0)) {
      server.setKdcTcpPort(free.getLocalPort());
    }
    server.init();
    server.start();
    ServerSocket relay = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Kdc kdc = new Kdc(directory, server, relay);
    kdc.threads.execute(kdc::relayAll);
    return kdc;
  }

  /** Logins that were granted so far; a ticket that is renewed from a keytab is one. */
  int logins() {
    return logins.get();
  }

  /** Makes principals, with keys that nobody knows, and a keytab of them. */
  Path keytab(String name, String... principals) throws KrbException {
    server.createPrincipals(principals);
    return export(name, principals);
  }

  /** A keytab of a principal whose key is then changed. */
  Path outdatedKeytab(String name, String principal) throws KrbException {
    Path keytab = keytab(name, principal);
    server.deletePrincipal(principal);
    server.createPrincipal(principal);
    return keytab;
  }

  /** A keytab of a principal that is then deleted. */
  Path keytabOfDeleted(String name, String principal) throws KrbException {
    Path keytab = keytab(name, principal);
    server.deletePrincipal(principal);
    return keytab;
  }

  private Path export(String name, String... principals) throws KrbException {
    Path keytab = directory.resolve(name + ".keytab");
    for (String principal : principals) {
      server.exportPrincipal(principal, keytab.toFile());
    }
    return keytab;
  }

  /** The file that kinit makes. */
  Path ticketCache(String principal, Path keytab) throws KrbException {
    Path cache = directory.resolve("ticket-cache");
    KrbClient client = server.getKrbClient();
    client.storeTicket(client.requestTgt(principal, keytab.toFile()), cache.toFile());
    return cache;
  }

  /** A krb5.conf by which tickets live so long. */
  Path clientConf(String name, int seconds) throws IOException {
    return conf(name, relay.getLocalPort(), seconds);
  }

  /** A krb5.conf that names a port where nobody listens. */
  Path confOfNobody() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return conf("krb5-nobody.conf", free.getLocalPort(), 60);
    }
  }

  private Path conf(String name, int port, int seconds) throws IOException {
    return Files.writeString(
        directory.resolve(name),
        """
        [libdefaults]
          default_realm = %1$s
          udp_preference_limit = 1
          ticket_lifetime = %3$ds
          dns_lookup_kdc = false
          dns_lookup_realm = false
        [realms]
          %1$s = {
            kdc = 127.0.0.1:%2$d
          }
        """
            .formatted(REALM, port, seconds));
  }

  private void relayAll() {
    while (!relay.isClosed()) {
      try {
        Socket client = relay.accept();
        threads.execute(() -> relay(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  /** One request and its answer; a client makes a connection for each. */
  private void relay(Socket client) {
    try (client;
        Socket kdc = new Socket("127.0.0.1", server.getKdcTcpPort())) {
      copy(client, kdc);
      if (copy(kdc, client) == GRANTED) {
        logins.incrementAndGet();
      }
    } catch (IOException e) {
      // The client sees the same: its connection is closed.
    }
  }

  /** Copies one message; returns its first byte. */
  private static int copy(Socket from, Socket to) throws IOException {
    DataInputStream in = new DataInputStream(from.getInputStream());
    int length = in.readInt();
    if (length < 1 || length > MAX_MESSAGE_BYTES) {
      throw new IOException("a message of " + length + " bytes");
    }
    byte[] message = in.readNBytes(length);
    DataOutputStream out = new DataOutputStream(to.getOutputStream());
    out.writeInt(length);
    out.write(message);
    out.flush();
    return message[0];
  }

  @Override
  public void close() throws IOException, KrbException {
    relay.close();
    server.stop();
    threads.shutdownNow();
  }
}
