package io.holdfast.simulation;

import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.coordinator.protocol.OperatorAnswer;
import io.holdfast.coordinator.protocol.OperatorRequest;
import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.Generation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks leaders for saves, drains and stops, and holds their answers to what has happened: a save
 * that is answered is published and there, unless a newer leader came; a drained worker is a member
 * of no later round; each request is answered once, and no leader leaves in good order without
 * having answered all of its own.
 */
final class SimOperator {
  private record Call(SimCoordinator leader, OperatorRequest what) {}

  private final World world;
  private final SimStore store;
  private final Map<Long, Call> calls = new HashMap<>();
  private final Map<String, Generation> drained = new HashMap<>();
  private long lastRequest;

  SimOperator(World world, SimStore store) {
    this.world = world;
    this.store = store;
  }

  /** Asks a leader for something. */
  void ask(SimCoordinator leader) {
    OperatorRequest what = request(leader);
    long request = ++lastRequest;
    calls.put(request, new Call(leader, what));
    world.trace("OPERATOR", request, what);
    leader.apply(new LeaderEvent.OperatorAsked(request, what));
    if (world.chance(0.1) && calls.remove(request) != null) {
      leader.apply(new LeaderEvent.OperatorLeft(request));
    }
  }

  private OperatorRequest request(SimCoordinator leader) {
    int kind = world.random.nextInt(20);
    if (kind == 0) {
      return new OperatorRequest.Stop();
    }
    List<String> known = new ArrayList<>(leader.state().workers().keySet());
    known.add("nobody");
    return kind < 9
        ? new OperatorRequest.Drain(known.get(world.random.nextInt(known.size())))
        : new OperatorRequest.SaveNow();
  }

  void answered(SimCoordinator leader, LeaderEffect.Answer answer) {
    world.trace("c" + leader.term, "ANSWERS", answer.request(), answer.answer());
    Call call = calls.remove(answer.request());
    if (call == null || call.leader() != leader) {
      throw new Violation("nobody waits for answer " + answer.request());
    }
    if (answer.answer() instanceof OperatorAnswer.Done done) {
      done(leader, call.what(), done);
    }
  }

  private void done(SimCoordinator leader, OperatorRequest what, OperatorAnswer.Done done) {
    if (what instanceof OperatorRequest.Drain drain) {
      Generation now = new Generation(leader.term, leader.state().lastRound());
      drained.put(drain.workerId(), now);
      return;
    }
    boolean saved = !done.prefix().isEmpty();
    if (saved && !store.wasPublished(done.prefix())) {
      throw new Violation(done.prefix() + " is answered as saved and was never published");
    }
    if (what instanceof OperatorRequest.SaveNow && !saved) {
      throw new Violation("a save is answered without a checkpoint");
    }
    boolean leads = !store.fenced(leader.term);
    if (leads && done.step() > 0 && store.live().ceilingKey(done.step()) == null) {
      throw new Violation("step " + done.step() + " is answered as saved, and nothing is there");
    }
  }

  /** A round begins. */
  void restoring(CoordinatorMessage.Restore round) {
    for (CoordinatorMessage.Member member : round.members()) {
      Generation last = drained.get(member.workerId());
      if (last != null && round.generation().compareTo(last) > 0) {
        throw new Violation(
            member.workerId() + " is drained and a member of " + round.generation());
      }
    }
  }

  /** A leader leaves in good order. */
  void finished(SimCoordinator leader) {
    calls
        .values()
        .forEach(
            call -> {
              if (call.leader() == leader) {
                throw new Violation("a leader left without an answer to " + call.what());
              }
            });
  }
}
