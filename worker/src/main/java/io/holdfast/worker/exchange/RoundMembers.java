package io.holdfast.worker.exchange;

import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.CoordinatorMessage.Restore;
import io.holdfast.protocol.Generation;
import java.time.Duration;
import java.util.List;

/**
 * Who exchanges slices in a round; members are known by their number in this list.
 *
 * @param me this worker's number
 * @param heartbeat how often each gives the others a sign of life
 * @param lease silence after which one counts as lost
 */
public record RoundMembers(
    Generation generation, List<Member> members, int me, Duration heartbeat, Duration lease) {
  public RoundMembers {
    members = List.copyOf(members);
    if (me < 0 || me >= members.size()) {
      throw new IllegalArgumentException("member " + me + " of " + members.size());
    }
  }

  /** The members of a round as the coordinator tells them. */
  public static RoundMembers of(Restore round, String me, Duration heartbeat, Duration lease) {
    List<String> ids = round.members().stream().map(Member::workerId).toList();
    return new RoundMembers(round.generation(), round.members(), ids.indexOf(me), heartbeat, lease);
  }

  public int size() {
    return members.size();
  }

  public String id(int member) {
    return members.get(member).workerId();
  }

  /** The number of a worker that is a member. */
  public int number(String workerId) {
    for (int i = 0; i < members.size(); i++) {
      if (id(i).equals(workerId)) {
        return i;
      }
    }
    throw new IllegalArgumentException(workerId + " is no member of " + generation);
  }
}
