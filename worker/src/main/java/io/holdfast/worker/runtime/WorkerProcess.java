package io.holdfast.worker.runtime;

import io.holdfast.worker.exchange.ExchangeNode;
import io.holdfast.worker.protocol.WorkerEffect;
import io.holdfast.worker.protocol.WorkerEvent;
import io.holdfast.worker.protocol.WorkerSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One worker, from its start to its exit code. */
public final class WorkerProcess {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
  private static final long TICK_MILLIS = 100;
  private static final int ID_BYTES = 4;
  private static final int EXIT_SIGTERM = 0;

  private final ExchangeNode exchange;
  private final WorkerLoop loop;

  /**
   * @param version of this program, which must be the coordinator's
   * @param addresses HOST:PORT of coordinators, tried in turn
   * @param exchange where this worker meets the other members of a round; closed at the end
   * @param cores for the kernels of this process
   */
  public WorkerProcess(String version, List<String> addresses, ExchangeNode exchange, int cores) {
    String host = host();
    long pid = ProcessHandle.current().pid();
    WorkerSettings settings =
        new WorkerSettings(
            version,
            id(host, pid),
            host,
            pid,
            exchange.address(),
            exchange.key(),
            addresses,
            WorkerSettings.DEFAULT_CONNECT_DEADLINE);
    this.exchange = exchange;
    this.loop = new WorkerLoop(settings, inbox -> new Computation(inbox, exchange, cores));
  }

  /** Works to the end; returns the exit code. */
  public int run() throws InterruptedException {
    ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "clock");
              thread.setDaemon(true);
              return thread;
            });
    clock.scheduleAtFixedRate(loop::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    try {
      WorkerEffect.Exit exit = loop.run();
      LOG.info("Leaves with exit code {}: {}", exit.exitCode(), exit.reason());
      return exit.exitCode();
    } finally {
      clock.shutdownNow();
      exchange.close();
    }
  }

  /** SIGTERM: the coordinator is told, then {@link #run} returns. Safe from any thread. */
  public void leave(String reason) {
    loop.put(new WorkerEvent.LeaveRequested(reason, EXIT_SIGTERM));
  }

  /** Names this process and never another: host and pid for people, random bytes for uniqueness. */
  private static String id(String host, long pid) {
    byte[] random = new byte[ID_BYTES];
    new SecureRandom().nextBytes(random);
    return host + "-" + pid + "-" + HexFormat.of().formatHex(random);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
