package io.holdfast.storage.store;

/** The simulated process is dead: nothing it does from now on has an effect. */
public final class ProcessKilledException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ProcessKilledException(String client) {
    super(client + " is dead");
  }
}
