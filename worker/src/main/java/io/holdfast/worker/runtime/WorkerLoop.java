package io.holdfast.worker.runtime;

import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.worker.protocol.WorkerEffect;
import io.holdfast.worker.protocol.WorkerEvent;
import io.holdfast.worker.protocol.WorkerMachine;
import io.holdfast.worker.protocol.WorkerPhase;
import io.holdfast.worker.protocol.WorkerSettings;
import io.holdfast.worker.protocol.WorkerState;
import io.holdfast.worker.protocol.WorkerTransition;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a worker: takes events from its bounded inbox, asks the pure machine, and has
 * the effects carried out in their order. Holds the one link to the coordinator.
 */
final class WorkerLoop implements CoordinatorLink.Inbox {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerLoop.class);

  /** Events that may wait; whoever adds one more waits. */
  static final int INBOX_EVENTS = 1024;

  private final BlockingQueue<WorkerEvent> inbox = new ArrayBlockingQueue<>(INBOX_EVENTS);
  private final AtomicBoolean tickWaits = new AtomicBoolean();
  private final Computation computation;
  private WorkerState state;
  private long linkNumber;
  private CoordinatorLink link;

  /** For the clock's thread alone. */
  private boolean stuck;

  WorkerLoop(WorkerSettings settings, Computation.Factory computation) {
    this.state = WorkerState.initial(settings);
    this.computation = computation.create(this::put);
  }

  /** Adds an event; waits while the inbox is full. */
  void put(WorkerEvent event) {
    boolean interrupted = false;
    while (true) {
      try {
        inbox.put(event);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Tells the machine the time, unless it has not yet taken notice of the time before; or that it
   * has to leave, for the computation is stuck.
   */
  void tick() {
    if (!stuck) {
      computation.stuck().ifPresent(this::leaveStuck);
    }
    if (tickWaits.compareAndSet(false, true)) {
      put(new WorkerEvent.Tick());
    }
  }

  private void leaveStuck(String why) {
    LOG.error("Leaves: {}", why);
    stuck = true;
    put(new WorkerEvent.LeaveRequested(why, WorkerSettings.EXIT_BUG));
  }

  @Override
  public void received(long connection, CoordinatorMessage message) {
    put(new WorkerEvent.Received(connection, message));
  }

  @Override
  public void lost(long connection, String reason) {
    put(new WorkerEvent.Disconnected(connection, reason));
  }

  /** Works until the machine leaves; returns how. */
  WorkerEffect.Exit run() throws InterruptedException {
    put(new WorkerEvent.Started());
    while (true) {
      WorkerEvent event = inbox.take();
      if (event instanceof WorkerEvent.Tick) {
        tickWaits.set(false);
      }
      WorkerTransition transition = WorkerMachine.apply(state, System.nanoTime(), event);
      tell(state, transition.state());
      state = transition.state();
      for (WorkerEffect effect : transition.effects()) {
        if (effect instanceof WorkerEffect.Exit exit) {
          closeLink();
          return exit;
        }
        carryOut(effect);
      }
    }
  }

  /** Steps come and go too often for the log; what interrupts them does not. */
  private static void tell(WorkerState before, WorkerState after) {
    if (after.phase() == before.phase()) {
      return;
    }
    if (isRoutine(before.phase()) && isRoutine(after.phase())) {
      LOG.debug("{}: {}", after.phase(), after.reason());
    } else {
      LOG.info("{}: {}", after.phase(), after.reason());
    }
  }

  private static boolean isRoutine(WorkerPhase phase) {
    return phase == WorkerPhase.READY || phase == WorkerPhase.COMPUTING;
  }

  private void carryOut(WorkerEffect effect) {
    if (effect instanceof WorkerEffect.Connect connect) {
      closeLink();
      linkNumber = connect.connection();
      link = new CoordinatorLink(connect.connection(), connect.address(), this);
      put(new WorkerEvent.Connected(connect.connection()));
    } else if (effect instanceof WorkerEffect.Disconnect disconnect) {
      LOG.info("Disconnected: {}", disconnect.reason());
      if (disconnect.connection() == linkNumber) {
        closeLink();
      }
    } else if (effect instanceof WorkerEffect.Send send) {
      if (link != null && send.connection() == linkNumber) {
        link.send(send.message());
      }
    } else {
      computation.carryOut(effect);
    }
  }

  private void closeLink() {
    if (link != null) {
      link.close();
      link = null;
    }
  }
}
