package io.holdfast.protocol;

import io.holdfast.proto.v1.FromWorker;
import io.holdfast.proto.v1.ToWorker;

/**
 * The one translator between the shared values and what crosses the wire. Whatever is decoded has
 * been checked: a message is there, numbers are in range, sizes are within {@link WireLimits}.
 */
public final class WireCodec {
  private WireCodec() {}

  /** What came over the wire is no message of this protocol; the message says what is wrong. */
  public static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  public static FromWorker encode(WorkerMessage message) {
    return WorkerMessageCodec.encode(message);
  }

  public static WorkerMessage decode(FromWorker wire) throws RefusedException {
    return WorkerMessageCodec.decode(wire);
  }

  public static ToWorker encode(CoordinatorMessage message) {
    return CoordinatorMessageCodec.encode(message);
  }

  public static CoordinatorMessage decode(ToWorker wire) throws RefusedException {
    return CoordinatorMessageCodec.decode(wire);
  }
}
