package io.holdfast.storage.store;

import java.util.SplittableRandom;

/**
 * Decides what befalls each file system call of one client. It is asked before the call, in the
 * calling thread, and may itself do things in the meantime: block (a slow disk, a paused process)
 * or let another client act first.
 */
@FunctionalInterface
public interface FaultPlan {

  /** No faults. */
  FaultPlan NONE = call -> Fault.NONE;

  /**
   * One call.
   *
   * @param number counts the client's calls from 0
   * @param operation such as create, write, force, link, rename, syncDirectory, list, read
   * @param path what it works on; for two names "from -> to"
   */
  record Call(long number, String operation, String path) {
    /** Whether the call changes something. */
    public boolean isChange() {
      return !operation.equals("list")
          && !operation.equals("read")
          && !operation.equals("open")
          && !operation.equals("exists");
    }
  }

  Fault at(Call call) throws java.io.IOException;

  /** One fault at the call with this number. */
  static FaultPlan once(long number, Fault fault) {
    return call -> call.number() == number ? fault : Fault.NONE;
  }

  /** The fault at every call of an operation. */
  static FaultPlan always(String operation, Fault fault) {
    return call -> call.operation().equals(operation) ? fault : Fault.NONE;
  }

  /** Each call fails with the given probability in one of the given ways. */
  static FaultPlan random(long seed, double probability, Fault... faults) {
    SplittableRandom random = new SplittableRandom(seed);
    return call ->
        random.nextDouble() < probability ? faults[random.nextInt(faults.length)] : Fault.NONE;
  }
}
