package io.holdfast.coordinator.server;

import io.holdfast.coordinator.protocol.Leader;
import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.coordinator.protocol.LeaderState;
import io.holdfast.coordinator.protocol.RunPlan;
import io.holdfast.coordinator.protocol.Transition;
import io.holdfast.protocol.RunStatus;
import io.holdfast.protocol.WorkerMessage;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The one thread that leads: takes events from its bounded inbox, asks the pure leader, and carries
 * out the effects in their order. Nothing else touches the leader's state; others see the published
 * status.
 */
final class LeaderLoop implements WorkerGateway.Inbox {

  /**
   * Events that may wait; whoever adds one more waits, which holds up that worker's stream alone.
   */
  static final int INBOX_EVENTS = 8192;

  /** Who carries out effects other than talking to workers. */
  interface Hands {
    /** Starts a piece of storage work, or tells people; returns at once. */
    void carryOut(LeaderEffect effect);
  }

  private final BlockingQueue<LeaderEvent> inbox = new ArrayBlockingQueue<>(INBOX_EVENTS);
  private final AtomicBoolean tickWaits = new AtomicBoolean();
  private volatile LeaderState state;

  LeaderLoop(RunPlan plan) {
    this.state = LeaderState.initial(plan);
  }

  /** The newest status. Safe from any thread. */
  RunStatus status() {
    return state.status(System.nanoTime());
  }

  /** Prefixes of checkpoints that members may be loading. Safe from any thread. */
  Set<String> inUse() {
    return state.inUse();
  }

  /** Adds an event; waits while the inbox is full. */
  void put(LeaderEvent event) {
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

  /** Tells the leader the time, unless it has not yet taken notice of the time before. */
  void tick() {
    if (tickWaits.compareAndSet(false, true)) {
      put(new LeaderEvent.Tick());
    }
  }

  @Override
  public void joined(long connection, WorkerMessage.Hello hello) {
    put(new LeaderEvent.WorkerJoined(connection, hello));
  }

  @Override
  public void received(long connection, WorkerMessage message) {
    put(new LeaderEvent.Received(connection, message));
  }

  @Override
  public void lost(long connection, String reason) {
    put(new LeaderEvent.WorkerLost(connection, reason));
  }

  /** Leads until the leader finishes; returns how. */
  LeaderEffect.Finish run(WorkerGateway gateway, Hands hands) throws InterruptedException {
    while (true) {
      LeaderEvent event = inbox.take();
      if (event instanceof LeaderEvent.Tick) {
        tickWaits.set(false);
      }
      Transition transition = Leader.apply(state, System.nanoTime(), event);
      state = transition.state();
      for (LeaderEffect effect : transition.effects()) {
        if (effect instanceof LeaderEffect.Finish finish) {
          return finish;
        }
        carryOut(effect, gateway, hands);
      }
    }
  }

  private static void carryOut(LeaderEffect effect, WorkerGateway gateway, Hands hands) {
    if (effect instanceof LeaderEffect.Send send) {
      gateway.send(send.connection(), send.message());
    } else if (effect instanceof LeaderEffect.Disconnect disconnect) {
      gateway.disconnect(disconnect.connection(), disconnect.reason());
    } else {
      hands.carryOut(effect);
    }
  }
}
