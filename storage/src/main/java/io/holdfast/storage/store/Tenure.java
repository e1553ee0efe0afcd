package io.holdfast.storage.store;

import java.util.List;

/**
 * The right of one term's leader to change shared names. Every effect is atomic for readers, and
 * none happens once a later term has been claimed: it then answers FENCED, for good.
 *
 * <p>No method throws for a failing store: the outcome is a value. Safe for use by several threads.
 */
public interface Tenure {

  /** The term, at least 1. */
  long term();

  /**
   * Makes an object with these bytes appear whole and durable under a name that must be free, also
   * of what {@link ObjectStore#create} makes; missing parent directories are made. After UNKNOWN,
   * ask again with the same name and bytes; only a known failure may clean up.
   */
  PublishOutcome publish(String name, byte[] bytes);

  /**
   * As {@link #publish} of the same bytes under each of these names, at less cost where a store
   * can; outcomes in the order of the names.
   */
  default List<PublishOutcome> publishAll(List<String> names, byte[] bytes) {
    return names.stream().map(name -> publish(name, bytes)).toList();
  }

  /**
   * Puts these bytes under a name in place of what is there, if anything, whole and durable;
   * missing parent directories are made.
   */
  EffectOutcome replace(String name, byte[] bytes);

  /** Removes an object. */
  EffectOutcome delete(String name);

  /**
   * Removes objects, in any order, at less cost than one by one where a store can; the outcome is
   * that of the first that is not settled, and others may have been removed then.
   */
  default EffectOutcome deleteAll(List<String> names) {
    EffectOutcome outcome = EffectOutcome.of(EffectOutcome.Status.DONE);
    for (String name : names) {
      outcome = delete(name);
      if (!outcome.isSettled()) {
        return outcome;
      }
    }
    return outcome;
  }

  /**
   * Gives an object another name, such as one in the quarantine; if that name is taken, a free one
   * that starts with it. A move that a crash interrupts is finished by the next claim, or has left
   * the object under its first name, where who decided the move finds it again.
   */
  EffectOutcome move(String name, String target);

  /** Writes the record of this claim; see {@link ObjectStore#lastClaim}. */
  EffectOutcome record(ClaimRecord claim);

  /** Whether a later term has been claimed (or the claim was lost); a hint, not a permission. */
  boolean isFenced() throws java.io.IOException;
}
