package io.holdfast.coordinator.server;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.holdfast.coordinator.protocol.ExitCode;
import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.job.Job;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.events.EventFile;
import io.holdfast.storage.store.ClaimOutcome;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.LeaderRecord;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One coordinator, from its start to its exit code: stands by while another leads, claims a term,
 * leads, and leaves. The order is claim, listen, tell where: so whoever finds it by the leader
 * record finds it ready.
 */
public final class CoordinatorServer {
  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorServer.class);

  private static final long TICK_MILLIS = 100;
  private static final long WATCH_MILLIS = 500;
  private static final long CLOSE_DEADLINE_MILLIS = 2_000;
  private static final long CLAIM_RETRY_MILLIS = 500;

  /** The largest message accepted: the pieces of a worker's shard file. */
  private static final int MAX_MESSAGE_BYTES = 16 << 20;

  /** A connection without a call is closed after so long; a worker's has its stream. */
  private static final long MAX_IDLE_SECONDS = 60;

  private final String version;
  private final Job job;
  private final ObjectStore store;
  private final InetSocketAddress listen;
  private final RunObserver observer;
  private final LeaderLoop loop;
  private final CountDownLatch stop = new CountDownLatch(1);

  /**
   * @param job found good, and found to fit the run, before
   * @param store the run directory
   * @param listen where workers and operators connect; port 0 for any
   * @param expectedWorkers that the first round waits for; 0 if nobody said
   */
  public CoordinatorServer(
      String version,
      Job job,
      ObjectStore store,
      InetSocketAddress listen,
      int expectedWorkers,
      RunObserver observer) {
    this.version = version;
    this.job = job;
    this.store = store;
    this.listen = listen;
    this.observer = observer;
    this.loop = new LeaderLoop(RunPlans.of(version, job, store, expectedWorkers));
  }

  /** Stands by, leads and leaves; returns the exit code. */
  public int run() throws IOException, InterruptedException {
    LeaderLease lease = new LeaderLease(store, LocalHost.NAME, LeaderLease.LEASE);
    while (lease.awaitVacancy(stop)) {
      ClaimOutcome claim = claim();
      if (claim instanceof ClaimOutcome.Won won) {
        return lead(won.tenure());
      }
    }
    return ExitCode.DONE;
  }

  /** SIGTERM: save, then leave with this exit code. Safe from any thread. */
  public void stop(String reason, int exitCode) {
    stop.countDown();
    loop.put(new LeaderEvent.StopRequested(reason, exitCode));
  }

  private ClaimOutcome claim() throws InterruptedException, IOException {
    while (true) {
      try {
        return store.claim(new CheckpointDirectory(store).list().largestTerm());
      } catch (IOException e) {
        LOG.warn("Claiming the lead failed, will try again: {}", e.toString());
        if (stop.await(CLAIM_RETRY_MILLIS, TimeUnit.MILLISECONDS)) {
          throw new ClaimFailedException(e);
        }
      }
    }
  }

  private int lead(Tenure tenure) throws IOException, InterruptedException {
    try (StorageDesk desk = new StorageDesk(store, tenure, job, loop::inUse, loop::put)) {
      return lead(tenure, desk);
    }
  }

  private int lead(Tenure tenure, StorageDesk desk) throws IOException, InterruptedException {
    ForeignConnections.tell();
    ScheduledExecutorService clock = Executors.newScheduledThreadPool(2, LocalHost::daemon);
    WorkerGateway gateway = new WorkerGateway(loop, clock);
    OperatorService operators =
        new OperatorService(
            new StatusReplies(version, store.location().toString(), job),
            loop::status,
            loop::put,
            desk.upkeep());
    Server server = start(gateway, operators);
    try (EventLog log = new EventLog(store, now -> events(now, tenure))) {
      clock.scheduleAtFixedRate(loop::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
      clock.scheduleAtFixedRate(
          new Renewal(tenure, address(server)),
          0,
          LeaderLease.RENEWAL.toMillis(),
          TimeUnit.MILLISECONDS);
      clock.scheduleAtFixedRate(operators::show, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
      LOG.info("Leads term {} of {} at {}", tenure.term(), store.location(), address(server));
      loop.put(new LeaderEvent.Elected(tenure.term()));
      LeaderEffect.Finish finish =
          loop.run(gateway, effect -> carryOut(effect, operators, desk, log));
      desk.finish(finish);
      LOG.info("Leaves with exit code {}: {}", finish.exitCode(), finish.reason());
      return finish.exitCode();
    } finally {
      // A renewal that is under way comes to its end: interrupted it would look like a failure.
      clock.shutdown();
      operators.close();
      server.shutdown();
      if (!server.awaitTermination(CLOSE_DEADLINE_MILLIS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
      }
    }
  }

  private static String events(Instant now, Tenure tenure) {
    return EventFile.name(now, LocalHost.NAME, LocalHost.PID, tenure.term());
  }

  private void carryOut(
      LeaderEffect effect, OperatorService operators, StorageDesk desk, EventLog log) {
    if (effect instanceof LeaderEffect.Answer answer) {
      operators.answer(answer.request(), answer.answer());
    } else if (effect instanceof LeaderEffect.Announce line) {
      observer.announce(line);
    } else if (effect instanceof LeaderEffect.Progress progress) {
      observer.progress(progress);
    } else if (effect instanceof LeaderEffect.WriteScalars scalars) {
      log.add(scalars);
    } else {
      desk.carryOut(effect);
    }
  }

  private Server start(WorkerGateway gateway, OperatorService operators) throws IOException {
    return NettyServerBuilder.forAddress(listen)
        .addService(gateway)
        .addService(operators)
        // Calls only fill the inbox or read the published state; a full inbox holds up its senders.
        .directExecutor()
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .maxConnectionIdle(MAX_IDLE_SECONDS, TimeUnit.SECONDS)
        .build()
        .start();
  }

  private String address(Server server) {
    return listen.getHostString() + ":" + server.getPort();
  }

  /** Keeps the leader record fresh, and notices a newer term between saves. */
  private final class Renewal implements Runnable {
    private final Tenure tenure;
    private LeaderRecord record;
    private boolean failing;

    Renewal(Tenure tenure, String address) {
      this.tenure = tenure;
      this.record =
          new LeaderRecord(
              tenure.term(), LocalHost.NAME, LocalHost.PID, LocalHost.STARTED, address, 0);
    }

    @Override
    public void run() {
      EffectOutcome outcome = record.write(tenure);
      record = record.renewed();
      if (outcome.isFenced()) {
        loop.put(new LeaderEvent.Fenced("a newer term was claimed"));
      } else if (!outcome.isSettled() && !failing) {
        LOG.warn(
            "The leader record is not renewed, tried again each {} ms: {}",
            LeaderLease.RENEWAL.toMillis(),
            outcome.reason());
      }
      failing = !outcome.isSettled();
    }
  }
}
