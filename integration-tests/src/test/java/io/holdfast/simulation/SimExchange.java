package io.holdfast.simulation;

import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.CoordinatorMessage.Restore;
import io.holdfast.protocol.Generation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One worker's part of the exchange in one round, with toy sums. A contribution is a hash of the
 * value that it was computed from, the step and the logical shard: what is missing, doubled, stale
 * or of another state makes the new value wrong, and the worker's check of its values finds it.
 * Frames come in order from each peer; one that is out of place ends the round, as in the real one.
 */
final class SimExchange {

  /** What one member says to another in a step: contributions to an owner, or an owner's values. */
  record Frame(
      Generation generation,
      String from,
      long step,
      boolean ofValues,
      Map<Integer, Map<Integer, Long>> contributions,
      Map<Integer, Long> values) {}

  final Restore round;
  private final Simulation simulation;
  private final SimWorker me;
  private final List<Frame> early = new ArrayList<>();
  private final Set<String> gradientsFrom = new HashSet<>();
  private final Set<String> valuesFrom = new HashSet<>();
  private final Map<Integer, Long> next = new HashMap<>();
  private final Map<Integer, Map<Integer, Long>> contributions = new HashMap<>();
  private Map<Integer, Long> current = Map.of();
  private Runnable whenDone = () -> {};
  private long step = -1;
  private boolean over;

  SimExchange(Simulation simulation, SimWorker me, Restore round) {
    this.simulation = simulation;
    this.me = me;
    this.round = round;
  }

  boolean isOver() {
    return over;
  }

  /** The worker leaves; the others notice that its connections close. */
  void leave() {
    if (over) {
      return;
    }
    over = true;
    for (Member member : round.members()) {
      simulation.closed(me.id, member.workerId(), round.generation());
    }
  }

  /** Begins a step from the values before it; the callback has the values after it. */
  void begin(long newStep, Map<Integer, Long> values, Runnable done) {
    step = newStep;
    current = values;
    whenDone = done;
    gradientsFrom.clear();
    valuesFrom.clear();
    contributions.clear();
    next.clear();
    for (Member member : round.members()) {
      Frame frame = gradients(member.workerId());
      if (member.workerId().equals(me.id)) {
        receive(frame);
      } else {
        simulation.sendFrame(me.id, member.workerId(), frame);
      }
    }
    List<Frame> waiting = List.copyOf(early);
    early.clear();
    waiting.forEach(this::receive);
  }

  private Frame gradients(String owner) {
    Map<Integer, Map<Integer, Long>> all = new HashMap<>();
    for (int group : owned(owner)) {
      Map<Integer, Long> ofGroup = new HashMap<>();
      for (int shard : me.shards()) {
        ofGroup.put(shard, contribution(current.get(group), step, shard));
      }
      all.put(group, ofGroup);
    }
    return new Frame(round.generation(), me.id, step, false, all, Map.of());
  }

  private static long contribution(long value, long step, int shard) {
    return ToyRun.mix(value ^ ToyRun.mix(step * 64 + shard));
  }

  private List<Integer> owned(String owner) {
    List<Integer> owned = new ArrayList<>();
    for (int group = 0; group < round.owners().size(); group++) {
      if (round.owners().get(group).equals(owner)) {
        owned.add(group);
      }
    }
    return owned;
  }

  /** A frame of this round has come. */
  void receive(Frame frame) {
    if (over) {
      return;
    }
    if (frame.step() == step + 1 || step < 0) {
      early.add(frame);
      return;
    }
    Set<String> heard = frame.ofValues() ? valuesFrom : gradientsFrom;
    if (frame.step() != step || !heard.add(frame.from())) {
      me.peerLost(round.generation(), frame.from(), "a frame that is not expected");
      return;
    }
    if (frame.ofValues()) {
      next.putAll(frame.values());
    } else {
      frame
          .contributions()
          .forEach(
              (group, sums) ->
                  contributions.computeIfAbsent(group, g -> new HashMap<>()).putAll(sums));
      if (gradientsFrom.size() == round.members().size()) {
        update();
      }
    }
    finishIfComplete();
  }

  private void update() {
    Map<Integer, Long> mine = new HashMap<>();
    for (int group : owned(me.id)) {
      long value = ToyRun.next(group, current.get(group), step);
      for (int shard = 0; shard < simulation.run.plan.shards(); shard++) {
        long expected = contribution(current.get(group), step, shard);
        value ^= expected ^ contributions.get(group).getOrDefault(shard, 0L);
      }
      mine.put(group, value);
    }
    next.putAll(mine);
    Frame frame = new Frame(round.generation(), me.id, step, true, Map.of(), Map.copyOf(mine));
    valuesFrom.add(me.id);
    for (Member member : round.members()) {
      if (!member.workerId().equals(me.id)) {
        simulation.sendFrame(me.id, member.workerId(), frame);
      }
    }
  }

  private void finishIfComplete() {
    boolean complete =
        valuesFrom.size() == new TreeSet<>(ids()).size() && next.size() == round.owners().size();
    if (complete) {
      Runnable done = whenDone;
      whenDone = () -> {};
      done.run();
    }
  }

  private List<String> ids() {
    return round.members().stream().map(Member::workerId).toList();
  }

  /** The values after the step, when it is done. */
  Map<Integer, Long> next() {
    return Map.copyOf(next);
  }
}
