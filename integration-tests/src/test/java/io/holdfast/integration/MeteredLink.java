package io.holdfast.integration;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A port of the loopback address whose connections lead to another one: a way to a server on which
 * what clients send is counted.
 */
final class MeteredLink implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final ServerSocket listener;
  private final int target;
  private final AtomicLong sent = new AtomicLong();

  /**
   * Opens the port.
   *
   * @param target the server's port
   */
  MeteredLink(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Bytes that clients have sent so far, headers and all. */
  long sentBytes() {
    return sent.get();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        daemon(() -> pump(client, server, sent));
        daemon(() -> pump(server, client, new AtomicLong()));
      } catch (IOException closed) {
        return;
      }
    }
  }

  /** What ends one way ends both. */
  private static void pump(Socket from, Socket to, AtomicLong count) {
    byte[] buffer = new byte[BUFFER];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        count.addAndGet(n);
        out.write(buffer, 0, n);
      }
    } catch (IOException ended) {
      // The other way closed the sockets, or a client or the server went.
      return;
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "metered-link");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
