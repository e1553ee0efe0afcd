package io.holdfast.worker.protocol;

import io.holdfast.protocol.CoordinatorMessage.Welcome;
import io.holdfast.protocol.WorkerMessage.Heartbeat;
import io.holdfast.protocol.WorkerMessage.Hello;
import io.holdfast.worker.protocol.WorkerState.Link;
import java.util.Optional;

/** Finding the coordinator, belonging to it, and losing it. */
final class Links {
  private Links() {}

  static void started(WorkerTurn turn) {
    turn.link = new Link(0, false, false, 0, turn.now, turn.now, turn.now, turn.now);
    connect(turn);
  }

  private static void connect(WorkerTurn turn) {
    Link link = turn.link;
    long number = link.number() + 1;
    int index = (int) ((number - 1) % turn.settings.addresses().size());
    String address = turn.settings.addresses().get(index);
    turn.link =
        new Link(number, false, true, link.failures(), 0, link.lostNanos(), turn.now, turn.now);
    turn.enter(WorkerPhase.CONNECTING, "to " + address);
    turn.effect(new WorkerEffect.Connect(number, address));
  }

  static void connected(WorkerTurn turn, long connection) {
    Link link = turn.link;
    if (connection != link.number() || !link.opening()) {
      return;
    }
    turn.link =
        new Link(
            link.number(), true, false, link.failures(), 0, link.lostNanos(), turn.now, turn.now);
    turn.enter(WorkerPhase.JOINING, "said hello");
    WorkerSettings settings = turn.settings;
    turn.send(
        new Hello(
            settings.version(),
            settings.workerId(),
            settings.host(),
            settings.pid(),
            settings.exchangeAddress(),
            settings.exchangeKey()));
  }

  static void disconnected(WorkerTurn turn, long connection, String reason) {
    if (connection == turn.link.number() && (turn.link.open() || turn.link.opening())) {
      lost(turn, reason);
    }
  }

  private static void giveUp(WorkerTurn turn, String reason) {
    turn.effect(new WorkerEffect.Disconnect(turn.link.number(), reason));
    lost(turn, reason);
  }

  /** Nothing of the round is worth anything without its coordinator. */
  private static void lost(WorkerTurn turn, String reason) {
    Link link = turn.link;
    long lostAt = turn.welcome.isPresent() ? turn.now : link.lostNanos();
    int failures = turn.welcome.isPresent() ? 1 : link.failures() + 1;
    long retryAt = turn.now + WorkerSettings.connectPauseNanos(failures);
    turn.link =
        new Link(link.number(), false, false, failures, retryAt, lostAt, turn.now, turn.now);
    turn.welcome = Optional.empty();
    Work.drop(turn);
    Writing.abandon(turn);
    turn.enter(WorkerPhase.CONNECTING, reason);
  }

  static void heard(WorkerTurn turn) {
    Link link = turn.link;
    turn.link =
        new Link(
            link.number(),
            link.open(),
            link.opening(),
            link.failures(),
            link.retryAtNanos(),
            link.lostNanos(),
            turn.now,
            link.saidNanos());
  }

  static void welcomed(WorkerTurn turn, Welcome welcome) {
    if (turn.phase != WorkerPhase.JOINING) {
      giveUp(turn, "a second welcome");
      return;
    }
    if (welcome.term() < turn.highestTerm) {
      giveUp(turn, "its term " + welcome.term() + " is older than " + turn.highestTerm);
      return;
    }
    turn.highestTerm = welcome.term();
    turn.welcome = Optional.of(welcome);
    Preparation.begin(turn, welcome);
  }

  static void tick(WorkerTurn turn) {
    Link link = turn.link;
    if (link.opening()) {
      checkDeadline(turn);
    } else if (!link.open()) {
      checkDeadline(turn);
      if (turn.now >= link.retryAtNanos() && turn.phase == WorkerPhase.CONNECTING) {
        connect(turn);
      }
    } else if (turn.welcome.isEmpty()) {
      if (turn.now - link.heardNanos() > WorkerSettings.WELCOME_TIMEOUT.toNanos()) {
        giveUp(turn, "no answer to the hello");
      }
    } else {
      keepAlive(turn, turn.welcome.get());
    }
  }

  private static void checkDeadline(WorkerTurn turn) {
    if (turn.now - turn.link.lostNanos() > turn.settings.connectDeadline().toNanos()) {
      turn.exit(
          WorkerSettings.EXIT_UNREACHABLE,
          "no coordinator at " + turn.settings.addresses() + ": " + turn.reason);
    }
  }

  private static void keepAlive(WorkerTurn turn, Welcome welcome) {
    Link link = turn.link;
    if (turn.now - link.heardNanos() > welcome.leaseMillis() * 1_000_000) {
      giveUp(turn, "the coordinator is silent");
      return;
    }
    if (turn.now - link.saidNanos() >= welcome.heartbeatMillis() * 1_000_000) {
      turn.send(new Heartbeat(turn.generation(), Math.max(0, turn.step)));
      turn.link =
          new Link(
              link.number(),
              true,
              false,
              link.failures(),
              0,
              link.lostNanos(),
              link.heardNanos(),
              turn.now);
    }
  }
}
